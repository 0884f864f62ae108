import { Button } from '@mantine/core';
import { Page } from '@/components/layout/page';
import { EmptyNote } from '@/components/messages/empty-note';

/** How Chromium, Firefox and Safari say that a module could not be loaded. */
const MODULE_NOT_LOADED = /dynamically imported module|Importing a module script failed/i;

/**
 * Instead of a page that threw an error. Either a part of the app could not be loaded, perhaps because a newer release has replaced it, or
 * the app has a fault. Loading the page again helps in both cases.
 */
export function Crash({ error }: { error: unknown }) {
  const notLoaded = error instanceof Error && MODULE_NOT_LOADED.test(error.message);
  const title = notLoaded ? 'This page could not be loaded' : 'Something went wrong on this page';
  return (
    <Page title={title}>
      <EmptyNote title={title} level={1}>
        {notLoaded ? (
          <p>A part of it did not arrive. Check the connection, then load the page again. Nothing is lost.</p>
        ) : (
          <p>This is a fault of ours. Your bookings are not affected.</p>
        )}
        <Button mt="md" onClick={() => window.location.reload()}>
          Reload
        </Button>
      </EmptyNote>
    </Page>
  );
}
