import { ArrowIcon } from '@/components/icons';
import { OfferLink, OfferRow } from '@/components/offer-row';
import { SeatsLeft } from '@/components/seats-left';
import { itineraryOf } from '@/lib/itinerary';
import { money, total } from '@/lib/money';
import type { Flight } from '@/lib/wire';
import css from './flight-row.module.css';
import { seatsParty } from './party';

interface Props {
  flight: Flight;
  seats: number;
  /** "Cheapest", "Fastest": what makes it stand out. */
  praise: string | null;
}

/** One flight of a result. */
export function FlightRow({ flight, seats, praise }: Props) {
  const open = seatsParty(flight, seats);
  const itinerary = itineraryOf(flight);
  const cancelled = flight.status === 'CANCELLED';
  const which = `${flight.flight_number}, ${itinerary.from.clock} to ${itinerary.to.clock}`;
  const left = flight.available_seats;
  const why = cancelled ? 'Cancelled' : left === 0 ? 'Sold out' : `Too few for ${seats}`;
  return (
    <OfferRow
      itinerary={itinerary}
      open={open}
      about={
        <>
          <span className={css.head}>
            <span className={css.number}>{flight.flight_number}</span>
            {praise && <span className={css.praise}>{praise}</span>}
          </span>
          {left > 0 && !cancelled && <SeatsLeft left={left} />}
        </>
      }
      price={money(total(flight.price, seats), flight.currency)}
      priceOf={seats === 1 ? 'per seat' : `for ${seats} seats`}
      action={
        <OfferLink
          to="/flights/$flightId"
          params={{ flightId: flight.id }}
          search={{ seats }}
          open={open}
          aria-label={open ? `Choose ${which}` : `${why}: ${which}`}
        >
          {open ? (
            <>
              <span>Choose</span>
              <ArrowIcon size={18} />
            </>
          ) : (
            why
          )}
        </OfferLink>
      }
    />
  );
}
