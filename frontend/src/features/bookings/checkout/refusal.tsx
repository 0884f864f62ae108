import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Notice } from '@/components/messages/notice';
import { ProblemNote } from '@/components/messages/problem-note';
import { money } from '@/lib/money';
import { asProblem } from '@/lib/problem';
import type { Price } from '@/lib/wire';

interface Props {
  error: unknown;
  flightCount: number;
  onBookAgain: () => void;
  onBookAt: (price: Price) => void;
}

/** Why the server did not accept the booking, and what can be done about it. */
export function Refusal({ error, flightCount, onBookAgain, onBookAt }: Props) {
  const problem = asProblem(error);
  const one = flightCount === 1;
  const { booking_id: earlier, expected, actual } = problem.members;
  switch (problem.code) {
    case 'possible_duplicate':
      if (typeof earlier !== 'string') break;
      return (
        <Notice title={`You booked ${one ? 'this flight' : 'one of these flights'} a moment ago`}>
          <p>
            <Link to="/bookings/$bookingId" params={{ bookingId: earlier }}>
              See that booking
            </Link>
            , or book again if you need more seats.
          </p>
          <Button fullWidth onClick={onBookAgain}>
            Book again
          </Button>
        </Notice>
      );
    case 'price_changed':
      if (!isPrice(expected) || !isPrice(actual)) break;
      return (
        <Notice title="The price has changed">
          <p>
            It was {money(expected.amount, expected.currency)} and is now{' '}
            <strong>{money(actual.amount, actual.currency)}</strong> in total. Nothing was booked.
          </p>
          <Button fullWidth onClick={() => onBookAt(actual)}>
            Book for {money(actual.amount, actual.currency)}
          </Button>
        </Notice>
      );
    case 'seat_taken':
      return (
        <Notice title="A seat has just been taken">
          <p>Nothing was booked or charged. Choose another one under Seats, and try again.</p>
        </Notice>
      );
    case 'too_many_holds':
      return (
        <Notice title="Too many unpaid holds">
          <p>
            Pay for one of <Link to="/bookings">your bookings</Link>, or cancel it, before you hold more
            seats.
          </p>
        </Notice>
      );
    case 'sold_out':
      return (
        <Notice title="Another booking was faster">
          <p>
            {one
              ? problem.message
              : 'One of these flights has fewer seats left than you asked for, so none of them was booked.'}
          </p>
        </Notice>
      );
    case 'flight_not_found':
      return (
        <Notice title={one ? 'This flight no longer exists' : 'One of these flights no longer exists'}>
          <p>It was taken off the schedule. Choose another one.</p>
        </Notice>
      );
    case 'not_chronological':
    case 'mixed_currencies':
      return (
        <Notice title="These flights cannot be booked together">
          <p>{problem.errors[0]?.message ?? problem.message}</p>
        </Notice>
      );
  }
  return <ProblemNote error={problem} title="The booking was not made." />;
}

function isPrice(value: unknown): value is Price {
  const { amount, currency } = (value ?? {}) as Partial<Record<keyof Price, unknown>>;
  return typeof amount === 'string' && typeof currency === 'string';
}
