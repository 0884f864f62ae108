import { t } from '@lingui/core/macro';
import { Page } from '@/components/layout/page';
import { FindBooking } from '@/features/find-booking/find-booking';

export function FindBookingPage() {
  return (
    <Page title={t`Find a booking`} narrow>
      <h1>{t`Find a booking`}</h1>
      <FindBooking />
    </Page>
  );
}
