import { Button } from '@mantine/core';
import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import { LinkButton } from '@/components/link-button';
import { ProblemNote } from '@/components/problem-note';
import { MOST_SEATS, SeatCount } from '@/components/seat-count';
import { money, total } from '@/lib/money';
import { asProblem } from '@/lib/problem';
import { useSession } from '@/lib/session';
import type { Flight } from '@/lib/wire';
import { useBookTrip } from './api';
import { tripPrice } from './price';
import css from './trip-panel.module.css';
import { refusalWords } from './words';

interface Props {
  flights: Flight[];
  seats: number;
  onSeats: (seats: number) => void;
}

/** How many, what it costs, and the booking of all flights or none. Safe to press twice: the key makes a repeat the same booking. */
export function TripPanel({ flights, seats, onSeats }: Props) {
  const { state } = useSession();
  const { href } = useLocation();
  const navigate = useNavigate();
  const book = useBookTrip();
  const most = Math.min(MOST_SEATS, ...flights.map(({ available_seats: free }) => free));
  const cancelled = flights.some(({ status }) => status === 'CANCELLED');
  const bookable = !cancelled && most > 0;
  const busy = book.isPending || book.isSuccess;
  const price = tripPrice(flights, seats);

  function submit(again = false) {
    book.mutate(
      { flightIds: flights.map(({ id }) => id), seats, ...(again && { again }) },
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
        {flights.map((flight) => (
          <div key={flight.id}>
            <dt>
              {flight.flight_number} × {seats}
            </dt>
            <dd>{money(total(flight.price, seats), flight.currency)}</dd>
          </div>
        ))}
        {price && (
          <div className={css.total}>
            <dt>Total</dt>
            <dd>{money(price.amount, price.currency)}</dd>
          </div>
        )}
      </dl>
      {book.error ? (
        <Refusal error={book.error} flights={flights} seats={seats} onAgain={() => submit(true)} />
      ) : (
        !price && <Explained code="mixed_currencies" flights={flights} seats={seats} />
      )}
      {!bookable ? (
        <Button disabled fullWidth>
          {cancelled ? 'Cancelled' : 'Sold out'}
        </Button>
      ) : seats > most ? (
        <Button fullWidth variant="default" onClick={() => onSeats(most)}>
          Only {most} left: take {most}
        </Button>
      ) : !price ? null : state === 'signed-out' ? (
        <LinkButton fullWidth to="/sign-in" search={{ next: href }}>
          Sign in to book
        </LinkButton>
      ) : (
        <Button fullWidth onClick={() => submit()} loading={busy}>
          Book {seats === 1 ? '1 seat' : `${seats} seats`} on {flights.length} flights
        </Button>
      )}
      {state === 'signed-out' && bookable && (
        <p className={css.fine}>An account takes a username and a password, nothing else.</p>
      )}
    </div>
  );
}

interface RefusalProps {
  error: unknown;
  flights: Flight[];
  seats: number;
  onAgain: () => void;
}

function Refusal({ error, flights, seats, onAgain }: RefusalProps) {
  const problem = asProblem(error);
  const { booking_id: earlier } = problem.members;
  if (problem.code === 'possible_duplicate' && typeof earlier === 'string') {
    return (
      <div className={css.refusal} role="alert">
        <strong>You booked one of these flights a moment ago</strong>
        <p>
          <Link to="/bookings/$bookingId" params={{ bookingId: earlier }}>
            See that booking
          </Link>
          , or book this trip beside it.
        </p>
        <Button variant="default" size="sm" onClick={onAgain}>
          Book it all the same
        </Button>
      </div>
    );
  }
  if (!refusalWords(problem.code)) return <ProblemNote error={problem} title="The trip was not booked." />;
  return <Explained code={problem.code} flights={flights} seats={seats} />;
}

/** Why these flights are no trip, with the way on where there is one. */
function Explained({ code, flights, seats }: { code: string; flights: Flight[]; seats: number }) {
  const words = refusalWords(code);
  if (!words) return null;
  return (
    <div className={css.refusal} role="alert">
      <strong>{words.title}</strong>
      <p>{words.detail}</p>
      {code === 'mixed_currencies' && (
        <ul>
          {flights.map(({ id, flight_number: number, source, destination }) => (
            <li key={id}>
              <Link to="/flights/$flightId" params={{ flightId: id }} search={{ seats }}>
                {number}, {source} to {destination}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
