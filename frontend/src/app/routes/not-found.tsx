import { Link } from '@tanstack/react-router';
import { EmptyNote } from '@/components/empty-note';
import { Page } from '@/components/page';

export function NotFound({ what = 'This page' }: { what?: string }) {
  return (
    <Page title="Not found">
      <EmptyNote title={`${what} is not here`}>
        It may have been taken away, or the address is not complete. <Link to="/">Find a flight</Link>
      </EmptyNote>
    </Page>
  );
}
