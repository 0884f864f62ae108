import { t } from '@lingui/core/macro';
import { Page } from '@/components/layout/page';
import { BookingList } from '@/features/bookings/list/booking-list';
import { WatchList } from '@/features/fares/watch-list';
import { FlightSummary } from '@/features/flights/flight-summary';
import { MyWaitingLists } from '@/features/waitlist/my-waiting-lists';

export function BookingsPage() {
  return (
    <Page title={t`My trips`}>
      <h1>{t`My trips`}</h1>
      <MyWaitingLists flight={(id) => <FlightSummary flightId={id} />} />
      <BookingList />
      <WatchList />
    </Page>
  );
}
