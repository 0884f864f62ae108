import { NoticeBar } from '@/features/bookings/notice-bar';
import { FareNotice } from '@/features/fares/fare-notice';

/** On every page: what somebody who is signed in should know now. */
export function Notices({ path }: { path: string }) {
  return (
    <>
      <NoticeBar path={path} />
      <FareNotice path={path} />
    </>
  );
}
