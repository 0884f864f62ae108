import { Fragment } from 'react';
import { ItineraryLine } from '@/components/itinerary-line';
import { SeatsLeft } from '@/components/seats-left';
import { changesOf, itineraryOf, journeyOf } from '@/lib/itinerary';
import { durationWords } from '@/lib/time';
import type { Flight } from '@/lib/wire';
import css from './trip-card.module.css';
import { stopsWords } from './words';

interface Props {
  first: Flight;
  last: Flight;
  flights: Flight[];
}

/** Every flight of a trip with its local times and free seats, and the waits between them. */
export function TripCard({ first, last, flights }: Props) {
  const changes = changesOf(flights);
  return (
    <section className={css.card}>
      <div className={css.head}>
        <h1>
          {first.source} to {last.destination}
        </h1>
        <span className={css.sum}>
          {stopsWords(flights.length - 1)}, {durationWords(journeyOf(first, last).minutes)}
        </span>
      </div>
      {flights.map((flight, index) => {
        const change = changes[index];
        return (
          <Fragment key={flight.id}>
            <div className={css.leg}>
              <p className={css.about}>
                <span className={css.number}>{flight.flight_number}</span>
                <SeatsLeft left={flight.available_seats} cancelled={flight.status === 'CANCELLED'} />
              </p>
              <ItineraryLine itinerary={itineraryOf(flight)} large />
            </div>
            {change && <Wait {...change} />}
          </Fragment>
        );
      })}
    </section>
  );
}

function Wait({ from, to, minutes }: ReturnType<typeof changesOf>[number]) {
  if (minutes < 0)
    return <p className={css.change}>The next flight leaves before this one arrives in {from}.</p>;
  return (
    <p className={css.change}>
      {from === to ? `Change of plane in ${from}` : `From ${from} to ${to} by yourself`}:{' '}
      <span className={css.wait}>{durationWords(minutes)}</span>
    </p>
  );
}
