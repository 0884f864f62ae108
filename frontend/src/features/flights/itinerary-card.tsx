import { Fragment } from 'react';
import { ConnectionNote } from '@/components/flights/connection-note';
import { ScheduleLine } from '@/components/flights/schedule-line';
import { SeatsLeft } from '@/components/flights/seats-left';
import { Card, CardHead } from '@/components/layout/card';
import { useTimeReached } from '@/lib/hooks/use-time-reached';
import { journeysOf, tripText } from '@/lib/journeys';
import { connectionsBetween, localSchedule, stopsText, wholeSchedule } from '@/lib/schedule';
import { durationText } from '@/lib/time';
import type { Flight } from '@/lib/wire';
import css from './itinerary-card.module.css';

/** Every flight of an itinerary with its local times and free seats, and the connections between them. */
export function ItineraryCard({ flights }: { flights: Flight[] }) {
  const journeys = journeysOf(flights);
  return (
    <Card wide>
      <CardHead>
        <h1>{tripText(flights)}</h1>
        {journeys.length === 1 && <span>{journeyText(flights)}</span>}
      </CardHead>
      {journeys.map((journey) => (
        <Fragment key={journey[0]?.id}>
          {journeys.length > 1 && <JourneyHead flights={journey} />}
          <Journey flights={journey} />
        </Fragment>
      ))}
    </Card>
  );
}

/** `1 stop, 5 h 20 min` */
function journeyText(flights: readonly Flight[]): string {
  return `${stopsText(flights)}, ${durationText(localSchedule(wholeSchedule(flights)).minutes)}`;
}

function JourneyHead({ flights }: { flights: Flight[] }) {
  const { source, destination } = wholeSchedule(flights);
  return (
    <div className={css.journey}>
      <h2>
        {source} to {destination}
      </h2>
      <span>{journeyText(flights)}</span>
    </div>
  );
}

function Journey({ flights }: { flights: Flight[] }) {
  const connections = connectionsBetween(flights);
  return flights.map((flight, index) => {
    const connection = connections[index];
    return (
      <Fragment key={flight.id}>
        <FlightDetails flight={flight} />
        {connection && <ConnectionNote connection={connection} />}
      </Fragment>
    );
  });
}

function FlightDetails({ flight }: { flight: Flight }) {
  const { available_seats, total_seats } = flight;
  const departed = useTimeReached(flight.departure_ts);
  const taken = total_seats - available_seats;
  return (
    <div className={css.flight}>
      <p className={css.about}>
        <span className={css.number}>{flight.flight_number}</span>
        <SeatsLeft left={available_seats} cancelled={flight.status === 'CANCELLED'} departed={departed} />
        <span className={css.taken}>
          {taken} of {total_seats} taken
        </span>
      </p>
      <ScheduleLine schedule={flight} large />
    </div>
  );
}
