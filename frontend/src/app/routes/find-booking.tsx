import { Page } from '@/components/layout/page';
import { FindBooking } from '@/features/find-booking/find-booking';

export function FindBookingPage() {
  return (
    <Page title="Find a booking" narrow>
      <h1>Find a booking</h1>
      <FindBooking />
    </Page>
  );
}
