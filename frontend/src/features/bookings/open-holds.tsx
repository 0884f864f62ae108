import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Countdown } from '@/components/messages/countdown';
import { openHoldsQuery } from '@/features/bookings/api/get-open-holds';
import { useTimeReached } from '@/lib/hooks/use-time-reached';
import { plural } from '@/lib/plural';
import { useSession } from '@/lib/session';
import { wholeSchedule } from '@/lib/time/schedule';
import { browserClock } from '@/lib/time/time';
import type { Booking } from '@/lib/wire';
import css from './open-holds.module.css';

/** On every page: seats that are held for this account and not paid yet, with the time that is left. */
export function OpenHolds({ path }: { path: string }) {
  const signedIn = useSession().state === 'signed-in';
  const { data } = useQuery({ ...openHoldsQuery(), enabled: signedIn });
  // On its own page the booking says so itself.
  const first = signedIn ? data?.find(({ id }) => !path.endsWith(id)) : undefined;
  return first ? <OpenHold key={first.id} booking={first} until={first.hold_expires_at} /> : null;
}

function OpenHold({ booking, until }: { booking: Booking; until: string }) {
  const ended = useTimeReached(until);
  if (ended) return null;
  const { source, destination } = wholeSchedule(booking.segments.map(({ flight }) => flight));
  return (
    <div className={css.bar} role="status">
      <p>
        {plural(booking.seats, 'seat')} from {source} to {destination} {booking.seats === 1 ? 'is' : 'are'}{' '}
        held for you until {browserClock(until)}.
      </p>
      <Countdown until={until} />
      <Link to="/bookings/$bookingId" params={{ bookingId: booking.id }}>
        Pay now
      </Link>
    </div>
  );
}
