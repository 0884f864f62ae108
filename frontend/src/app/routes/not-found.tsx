import { Link } from '@tanstack/react-router';
import { Page } from '@/components/layout/page';
import { EmptyNote } from '@/components/messages/empty-note';

/** Instead of a page whose address leads nowhere. */
export function NotFound({ what = 'This page' }: { what?: string }) {
  return (
    <Page title="Not found">
      <EmptyNote title={`${what} was not found`} level={1}>
        It may have been removed, or the address is not complete. <Link to="/">Find a flight</Link>
      </EmptyNote>
    </Page>
  );
}
