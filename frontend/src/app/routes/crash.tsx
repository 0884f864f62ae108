import { Button } from '@mantine/core';
import { EmptyNote } from '@/components/empty-note';
import { Page } from '@/components/page';

/** How Chromium, Firefox and Safari say that a module did not come. */
const MISSING = /dynamically imported module|Importing a module script failed/i;

/** A fault of the app itself, or a part of it that did not come or that a newer release has replaced: a reload helps with all of them. */
export function Crash({ error }: { error: unknown }) {
  const missing = error instanceof Error && MISSING.test(error.message);
  const title = missing ? 'This page could not be loaded' : 'This page broke';
  return (
    <Page title={title}>
      <EmptyNote title={title}>
        {missing ? (
          <p>A part of it did not arrive. Check the connection, then load it again; nothing has been lost.</p>
        ) : (
          <p>It is our fault, and nothing you booked is affected.</p>
        )}
        <Button mt="md" onClick={() => window.location.reload()}>
          Reload
        </Button>
      </EmptyNote>
    </Page>
  );
}
