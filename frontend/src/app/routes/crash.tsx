import { Button } from '@mantine/core';
import { Page } from '@/components/layout/page';
import { EmptyNote } from '@/components/messages/empty-note';

const TITLE = 'Something went wrong on this page';

/** Instead of a page that threw an error: the app has a fault. Loading the page again often helps. */
export function Crash() {
  return (
    <Page title={TITLE}>
      <EmptyNote title={TITLE} level={1}>
        <p>This is a fault of ours. Your bookings are not affected.</p>
        <Button mt="md" onClick={() => window.location.reload()}>
          Reload
        </Button>
      </EmptyNote>
    </Page>
  );
}
