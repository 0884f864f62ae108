import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Notice } from '@/components/messages/notice';
import { ProblemNote } from '@/components/messages/problem-note';
import { asProblem } from '@/lib/problem';

interface Props {
  error: unknown;
  flightCount: number;
  onBookAgain: () => void;
}

/** Why the server did not accept the booking, and what can be done about it. */
export function Refusal({ error, flightCount, onBookAgain }: Props) {
  const problem = asProblem(error);
  const one = flightCount === 1;
  const { booking_id: earlier } = problem.members;
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
