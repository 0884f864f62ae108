import { t } from '@lingui/core/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Rows } from '@/components/layout/row';
import { bookingsQuery } from '@/features/bookings/api/get-bookings';
import { useSession } from '@/lib/session';
import { BookingRow } from './booking-row';
import { sectionsOf } from './sections';

/** The upcoming booking that departs first, for the home page. Nothing if there is none. */
export function NextTrip() {
  const signedIn = useSession().state === 'signed-in';
  const { data } = useInfiniteQuery({ ...bookingsQuery(), enabled: signedIn, retry: false });
  if (!signedIn || !data) return null;
  const sections = sectionsOf(data.pages.flatMap((page) => page.data));
  const next = sections.find(({ name }) => name === 'Upcoming')?.bookings[0];
  if (!next) return null;
  return (
    <section aria-labelledby="next-trip">
      <h2 id="next-trip">{t`Your next trip`}</h2>
      <Rows>
        <BookingRow booking={next} />
      </Rows>
    </section>
  );
}
