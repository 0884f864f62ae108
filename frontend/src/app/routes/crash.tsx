import { Button } from '@mantine/core';
import { EmptyNote } from '@/components/empty-note';
import { Page } from '@/components/page';

/** A fault of the app itself, or a part of it that a newer release has replaced: a reload helps with both. */
export function Crash() {
  return (
    <Page title="Something broke">
      <EmptyNote title="This page broke">
        <p>It is our fault, and nothing you booked is affected.</p>
        <Button mt="md" onClick={() => window.location.reload()}>
          Reload
        </Button>
      </EmptyNote>
    </Page>
  );
}
