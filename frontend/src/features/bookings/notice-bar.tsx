import { plural, t } from '@lingui/core/macro';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Bar } from '@/components/messages/bar';
import { Countdown } from '@/components/messages/countdown';
import { noticesQuery } from '@/features/bookings/api/get-notices';
import { useTimeReached } from '@/lib/hooks/use-time-reached';
import { tripText } from '@/lib/itineraries';
import { useSession } from '@/lib/session';
import { browserClock } from '@/lib/time/time';
import { type Notice, noticesOf } from './notices';

/** On every page: what this account has to decide, with the time that is left. */
export function NoticeBar({ path }: { path: string }) {
  const signedIn = useSession().state === 'signed-in';
  const { data } = useQuery({ ...noticesQuery(), enabled: signedIn });
  // On its own page the booking says so itself, on the page of its flight the waiting list does, and My trips lists all of them.
  if (!signedIn || path === '/bookings') return null;
  const [first, ...others] = noticesOf(data ?? []).filter(
    ({ kind, booking }) =>
      !path.endsWith(booking.id) &&
      !(kind === 'offer' && path.endsWith(booking.segments[0]?.flight.id ?? '/')),
  );
  return first ? <NoticeOf key={first.booking.id} notice={first} others={others.length} /> : null;
}

function NoticeOf({ notice, others }: { notice: Notice; others: number }) {
  const ended = useTimeReached(notice.until ?? '9999-12-31T00:00:00Z');
  if (ended) return null;
  return (
    <Bar tone="warn" role="status">
      <p>{noticeText(notice)}</p>
      {notice.until && <Countdown until={notice.until} since={notice.booking.updated_at} />}
      <Link to="/bookings/$bookingId" params={{ bookingId: notice.booking.id }}>
        {notice.kind === 'moved' ? t`See the new times` : t`Pay now`}
      </Link>
      {others > 0 && <Link to="/bookings">{t`${others} more`}</Link>}
    </Bar>
  );
}

function noticeText({ kind, booking, until }: Notice): string {
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
