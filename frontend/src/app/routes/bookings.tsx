import { Page } from '@/components/page';
import { BookingList } from '@/features/bookings/booking-list';

export function BookingsPage() {
  return (
    <Page title="My bookings">
      <h1>My bookings</h1>
      <BookingList />
    </Page>
  );
}
