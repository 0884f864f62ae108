import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { LinkButton } from '@/components/link-button';
import { ProblemNote } from '@/components/problem-note';
import { MOST_SEATS, SeatCount } from '@/components/seat-count';
import { money, total } from '@/lib/money';
import { asProblem } from '@/lib/problem';
import { useSession } from '@/lib/session';
import type { Flight } from '@/lib/wire';
import { useBook } from './api';
import css from './book-panel.module.css';
import { refusalWords } from './words';

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

  function submit() {
    book.mutate(
      { flightId: flight.id, seats },
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
      {book.error && <Refusal error={book.error} />}
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
        <Button fullWidth onClick={submit} loading={busy}>
          Book {seats === 1 ? '1 seat' : `${seats} seats`}
        </Button>
      )}
      {session.state === 'signed-out' && bookable && (
        <p className={css.fine}>An account takes a username and a password, nothing else.</p>
      )}
    </div>
  );
}

function Refusal({ error }: { error: unknown }) {
  const problem = asProblem(error);
  const known = refusalWords(problem.code);
  if (!known) return <ProblemNote error={problem} title="The booking was not made." />;
  return (
    <div className={css.refusal} role="alert">
      <strong>{known.title}</strong>
      <p>{known.detail}</p>
    </div>
  );
}
