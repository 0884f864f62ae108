import { Page } from '@/components/layout/page';
import { BookingList } from '@/features/bookings/list/booking-list';

export function BookingsPage() {
  return (
    <Page title="My bookings">
      <h1>My bookings</h1>
      <BookingList />
    </Page>
  );
}
