import { SeatsLeft } from '@/components/flights/seats-left';
import { multiply } from '@/lib/money';
import { localSchedule } from '@/lib/schedule';
import type { Flight } from '@/lib/wire';
import css from './flight-row.module.css';
import { hasSeats } from './has-seats';
import { ResultLink, ResultRow } from './result-row';

interface Props {
  flight: Flight;
  seats: number;
  /** "Cheapest", "Fastest". */
  label: string | null;
}

/** A direct flight that was found. */
export function FlightRow({ flight, seats, label }: Props) {
  const obstacle = obstacleTo(flight, seats);
  const { departure, arrival } = localSchedule(flight);
  const name = `${flight.flight_number}, ${departure.clock} to ${arrival.clock}`;
  const left = flight.available_seats;
  return (
    <ResultRow
      schedule={flight}
      bookable={obstacle === null}
      about={
        <>
          <span className={css.head}>
            <span className={css.number}>{flight.flight_number}</span>
            {label && <span className={css.label}>{label}</span>}
          </span>
          {left > 0 && flight.status === 'SCHEDULED' && <SeatsLeft left={left} />}
        </>
      }
      price={{ amount: multiply(flight.price, seats), currency: flight.currency }}
      seats={seats}
      link={
        <ResultLink
          to="/flights/$flightId"
          params={{ flightId: flight.id }}
          search={{ seats }}
          obstacle={obstacle}
          aria-label={`${obstacle ? `${obstacle}:` : 'Choose'} ${name}`}
        />
      }
    />
  );
}

function obstacleTo(flight: Flight, seats: number): string | null {
  if (hasSeats(flight, seats)) return null;
  if (flight.status === 'CANCELLED') return 'Cancelled';
  return flight.available_seats === 0 ? 'Sold out' : `Too few for ${seats}`;
}
