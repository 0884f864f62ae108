import { Page } from '@/components/page';
import { BookingList } from '@/features/bookings/booking-list';
import { SignedInOnly } from './signed-in-only';

export function BookingsPage() {
  return (
    <SignedInOnly>
      <Page title="My bookings">
        <h1>My bookings</h1>
        <BookingList />
      </Page>
    </SignedInOnly>
  );
}
