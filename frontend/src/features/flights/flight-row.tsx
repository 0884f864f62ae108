import { Link } from '@tanstack/react-router';
import { ArrowIcon } from '@/components/icons';
import { ItineraryLine } from '@/components/itinerary-line';
import { itineraryOf } from '@/lib/itinerary';
import { money, total } from '@/lib/money';
import type { Flight } from '@/lib/wire';
import css from './flight-row.module.css';
import { SeatsLeft } from './seats-left';

interface Props {
  flight: Flight;
  seats: number;
  /** "Cheapest", "Fastest": what makes it stand out. */
  praise: string | null;
}

/** One flight of a result. The whole row leads to it, unless it cannot seat the party. */
export function FlightRow({ flight, seats, praise }: Props) {
  const itinerary = itineraryOf(flight);
  const fits = flight.status === 'SCHEDULED' && flight.available_seats >= seats;
  return (
    <li className={css.row} data-full={!fits || undefined}>
      <div className={css.times}>
        <ItineraryLine itinerary={itinerary} />
      </div>
      <div className={css.about}>
        <span className={css.number}>{flight.flight_number}</span>
        <SeatsLeft flight={flight} />
        {praise && <span className={css.praise}>{praise}</span>}
      </div>
      <div className={css.price}>
        <strong>{money(total(flight.price, seats), flight.currency)}</strong>
        <span>{seats === 1 ? 'per seat' : `for ${seats} seats`}</span>
      </div>
      {fits ? (
        <Link
          to="/flights/$flightId"
          params={{ flightId: flight.id }}
          search={{ seats }}
          className={css.choose}
          aria-label={`Choose ${flight.flight_number}, ${itinerary.from.clock} to ${itinerary.to.clock}`}
        >
          <span>Choose</span>
          <ArrowIcon size={18} />
        </Link>
      ) : (
        <span className={css.cannot}>{flight.available_seats > 0 && `Too few for ${seats}`}</span>
      )}
    </li>
  );
}
