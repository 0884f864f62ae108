import { ItineraryLine } from '@/components/itinerary-line';
import { SeatsLeft } from '@/components/seats-left';
import { useReached } from '@/components/use-reached';
import { itineraryOf } from '@/lib/itinerary';
import type { Flight } from '@/lib/wire';
import css from './flight-card.module.css';

/** A flight in full, with how much of it is still free. */
export function FlightCard({ flight }: { flight: Flight }) {
  const itinerary = itineraryOf(flight);
  const departed = useReached(flight.departure_ts);
  const taken = flight.total_seats - flight.available_seats;
  return (
    <section className={css.card}>
      <div className={css.head}>
        <h1>
          {flight.source} to {flight.destination}
        </h1>
        <span className={css.number}>{flight.flight_number}</span>
      </div>
      <ItineraryLine itinerary={itinerary} large />
      <div className={css.seats}>
        <SeatsLeft
          left={flight.available_seats}
          cancelled={flight.status === 'CANCELLED'}
          departed={departed}
        />
        <div className={css.bar} aria-hidden="true">
          <span style={{ width: `${(100 * taken) / Math.max(1, flight.total_seats)}%` }} />
        </div>
        <span className={css.of}>
          {taken} of {flight.total_seats} taken
        </span>
      </div>
    </section>
  );
}
