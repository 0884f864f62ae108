import { useQuery } from '@tanstack/react-query';
import { fromTo } from '@/lib/itineraries';
import { localSchedule } from '@/lib/time/schedule';
import css from './flight-summary.module.css';
import { flightQueries } from './queries';

/** One flight in two short lines: its route, and its number and departure. A dash while it is not loaded. */
export function FlightSummary({ flightId }: { flightId: string }) {
  const { data: flight } = useQuery({ ...flightQueries.detail(flightId), refetchInterval: false });
  if (!flight) return <span>–</span>;
  const { departure } = localSchedule(flight);
  return (
    <div className={css.line}>
      <strong>{fromTo(flight.source, flight.destination)}</strong>
      <span>
        {flight.flight_number}, {departure.day}, {departure.clock}
      </span>
    </div>
  );
}
