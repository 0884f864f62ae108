import { Button } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { LinkButton } from '@/components/link-button';
import { ProblemNote } from '@/components/problem-note';
import { MOST_SEATS, SeatCount } from '@/components/seat-count';
import { money, total } from '@/lib/money';
import { asProblem } from '@/lib/problem';
import { useSession } from '@/lib/session';
import type { Flight } from '@/lib/wire';
import { useBook } from './api';
import css from './book-panel.module.css';
import { refusalTitle } from './words';

interface Props {
  flight: Flight;
  seats: number;
  onSeats: (seats: number) => void;
}

/** Choose how many, see what it costs, book. Safe to press twice: the button sleeps, and the key makes a repeat the same booking. */
export function BookPanel({ flight, seats, onSeats }: Props) {
  const session = useSession();
  const navigate = useNavigate();
  const book = useBook();
  const most = Math.min(MOST_SEATS, flight.available_seats);
  const bookable = flight.status === 'SCHEDULED' && most > 0;
  const busy = book.isPending || book.isSuccess;

  function submit(again = false) {
    book.mutate(
      { flightId: flight.id, seats, ...(again && { again }) },
      {
        onSuccess: ({ booking_id }) =>
          navigate({ to: '/bookings/$bookingId', params: { bookingId: booking_id } }),
      },
    );
  }

  return (
    <div className={css.panel}>
      <SeatCount
        label="How many seats?"
        value={seats}
        onChange={onSeats}
        most={most}
        disabled={busy || !bookable}
      />
      <dl className={css.sum}>
        <div>
          <dt>
            {money(flight.price, flight.currency)} × {seats}
          </dt>
          <dd>{money(total(flight.price, seats), flight.currency)}</dd>
        </div>
      </dl>
      {book.error && <Refusal error={book.error} onAgain={() => submit(true)} />}
      {!bookable ? (
        <Button disabled fullWidth>
          {flight.status === 'CANCELLED' ? 'Cancelled' : 'Sold out'}
        </Button>
      ) : seats > most ? (
        <Button fullWidth variant="default" onClick={() => onSeats(most)}>
          Only {most} left: take {most}
        </Button>
      ) : session.state === 'signed-out' ? (
        <LinkButton fullWidth to="/sign-in" search={{ next: `/flights/${flight.id}?seats=${seats}` }}>
          Sign in to book
        </LinkButton>
      ) : (
        <Button fullWidth onClick={() => submit()} loading={busy}>
          Book {seats === 1 ? '1 seat' : `${seats} seats`}
        </Button>
      )}
      {session.state === 'signed-out' && bookable && (
        <p className={css.fine}>An account takes a username and a password, nothing else.</p>
      )}
    </div>
  );
}

/** Why it was not booked. What concerns this flight is said in its own words, with the way on beside it. */
function Refusal({ error, onAgain }: { error: unknown; onAgain: () => void }) {
  const problem = asProblem(error);
  const { booking_id: earlier } = problem.members;
  if (problem.code === 'possible_duplicate' && typeof earlier === 'string') {
    return (
      <div className={css.refusal} role="alert">
        <strong>You booked this flight a moment ago</strong>
        <p>
          <Link to="/bookings/$bookingId" params={{ bookingId: earlier }}>
            See that booking
          </Link>
          , or book more seats beside it.
        </p>
        <Button variant="default" size="sm" onClick={onAgain}>
          Book once more
        </Button>
      </div>
    );
  }
  const title = refusalTitle(problem.code);
  if (!title) return <ProblemNote error={problem} title="The booking was not made." />;
  return (
    <div className={css.refusal} role="alert">
      <strong>{title}</strong>
      <p>{problem.message}</p>
    </div>
  );
}
