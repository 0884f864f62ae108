import { Fragment } from 'react';
import { ConnectionNote } from '@/components/flights/connection-note';
import { ScheduleLine } from '@/components/flights/schedule-line';
import { SeatsLeft } from '@/components/flights/seats-left';
import { Card, CardHead } from '@/components/layout/card';
import { airlineCode, airlineName } from '@/lib/airlines';
import type { Flight } from '@/lib/api-types';
import { useTimeReached } from '@/lib/hooks/use-time-reached';
import { fromTo, itinerariesOf, tripText } from '@/lib/itineraries';
import { connectionsBetween, localSchedule, stopsText, wholeSchedule } from '@/lib/time/schedule';
import { durationText } from '@/lib/time/time';
import css from './itinerary-card.module.css';

/** The flights of a trip with their local times and free seats, and the connections between them. */
export function ItineraryCard({ flights }: { flights: Flight[] }) {
  const itineraries = itinerariesOf(flights);
  return (
    <Card wide>
      <CardHead>
        <h1>{tripText(flights)}</h1>
        {itineraries.length === 1 && <span>{itineraryText(flights)}</span>}
      </CardHead>
      {itineraries.map((itinerary) => (
        <Fragment key={itinerary[0]?.id}>
          {itineraries.length > 1 && <ItineraryHead flights={itinerary} />}
          <ItineraryFlights flights={itinerary} />
        </Fragment>
      ))}
    </Card>
  );
}

/** `1 stop, 5 h 20 min` */
function itineraryText(flights: readonly Flight[]): string {
  return `${stopsText(flights)}, ${durationText(localSchedule(wholeSchedule(flights)).minutes)}`;
}

function ItineraryHead({ flights }: { flights: Flight[] }) {
  const { source, destination } = wholeSchedule(flights);
  return (
    <div className={css.itinerary}>
      <h2>{fromTo(source, destination)}</h2>
      <span>{itineraryText(flights)}</span>
    </div>
  );
}

function ItineraryFlights({ flights }: { flights: Flight[] }) {
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
  const { available_seats, flight_number } = flight;
  const departed = useTimeReached(flight.departure_ts);
  return (
    <div className={css.flight}>
      <p className={css.about}>
        {airlineName(airlineCode(flight_number))} <span className={css.number}>{flight_number}</span>
        <SeatsLeft left={available_seats} cancelled={flight.status === 'CANCELLED'} departed={departed} />
      </p>
      <ScheduleLine schedule={flight} large />
    </div>
  );
}
