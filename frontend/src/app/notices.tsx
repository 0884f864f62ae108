import { BookingNoticeBar } from '@/features/bookings/booking-notice-bar';
import { FareNotice } from '@/features/fares/fare-notice';

/** The banners on every page for users who are signed in. */
export function Notices({ path }: { path: string }) {
  return (
    <>
      <BookingNoticeBar path={path} />
      <FareNotice path={path} />
    </>
  );
}
