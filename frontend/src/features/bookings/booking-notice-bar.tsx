import { plural, t } from '@lingui/core/macro';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Banner } from '@/components/messages/banner';
import { Countdown } from '@/components/messages/countdown';
import { noticesQuery } from '@/features/bookings/api/get-notices';
import { useTimeReached } from '@/lib/hooks/use-time-reached';
import { tripText } from '@/lib/itineraries';
import { useSession } from '@/lib/session';
import { browserClock } from '@/lib/time/time';
import { type BookingNotice, noticesOf } from './notices';

/** A banner on every page for the booking that has to be paid or decided first, with the time that is left. */
export function BookingNoticeBar({ path }: { path: string }) {
  const signedIn = useSession().state === 'signed-in';
  const { data } = useQuery({ ...noticesQuery(), enabled: signedIn });
  // The page of the booking, the page of the flight (for an offer) and My trips show the same, so the banner is left out there.
  if (!signedIn || path === '/bookings') return null;
  const [first, ...others] = noticesOf(data ?? []).filter(
    ({ kind, booking }) =>
      !path.endsWith(booking.id) &&
      !(kind === 'offer' && path.endsWith(booking.segments[0]?.flight.id ?? '/')),
  );
  return first ? <NoticeBanner key={first.booking.id} notice={first} others={others.length} /> : null;
}

function NoticeBanner({ notice, others }: { notice: BookingNotice; others: number }) {
  const ended = useTimeReached(notice.until ?? '9999-12-31T00:00:00Z');
  if (ended) return null;
  return (
    <Banner tone="warn" role="status">
      <p>{noticeText(notice)}</p>
      {notice.until && <Countdown until={notice.until} since={notice.booking.updated_at} />}
      <Link to="/bookings/$bookingId" params={{ bookingId: notice.booking.id }}>
        {notice.kind === 'moved' ? t`See the new times` : t`Pay now`}
      </Link>
      {others > 0 && <Link to="/bookings">{t`${others} more`}</Link>}
    </Banner>
  );
}

function noticeText({ kind, booking, until }: BookingNotice): string {
  const trip = tripText(booking.segments.map(({ flight }) => flight));
  const { seats } = booking;
  switch (kind) {
    case 'offer':
      return plural(seats, {
        one: `It is your turn: # seat from ${trip} is yours if you pay by ${{ time: browserClock(until) }}.`,
        other: `It is your turn: # seats from ${trip} are yours if you pay by ${{ time: browserClock(until) }}.`,
      });
    case 'hold':
      return plural(seats, {
        one: `# seat from ${trip} is held for you until ${{ time: browserClock(until) }}.`,
        other: `# seats from ${trip} are held for you until ${{ time: browserClock(until) }}.`,
      });
    default:
      return t`The airline has changed your flight from ${trip}.`;
  }
}
