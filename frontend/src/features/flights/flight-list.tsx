import { SegmentedControl, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { EmptyNote } from '@/components/empty-note';
import { ProblemNote } from '@/components/problem-note';
import { useSlow } from '@/components/use-slow';
import { dayWords, minutesBetween } from '@/lib/time';
import type { Flight } from '@/lib/wire';
import { type Route, type Sort, searchFlights } from './api';
import css from './flight-list.module.css';
import { FlightRow } from './flight-row';

interface Props {
  route: Route;
  seats: number;
  sort: Sort;
  onSort: (sort: Sort) => void;
}

export function FlightList({ route, seats, sort, onSort }: Props) {
  const { data: flights, error, isPending, isFetching, refetch } = useQuery(searchFlights(route, sort));
  const slow = useSlow(isPending);

  if (isPending) {
    return (
      <div className={css.list} role="status" aria-label="Looking for flights">
        {[0, 1, 2, 3].map((row) => (
          <Skeleton key={row} height={92} radius={16} />
        ))}
        {slow && <p className={css.slow}>Still looking. The connection seems slow…</p>}
      </div>
    );
  }
  if (!flights) {
    return (
      <ProblemNote
        error={error}
        title="The flights could not be loaded."
        onRetry={() => refetch()}
        retrying={isFetching}
      />
    );
  }
  if (flights.length === 0) {
    return (
      <EmptyNote title={`No flights on ${dayWords(route.date)}`}>
        Nothing goes from {route.from} to {route.to} that day. Try another day above, or another pair of
        places.
      </EmptyNote>
    );
  }
  const praises = praisesOf(flights);
  return (
    <>
      <div className={css.bar}>
        <p className={css.found} role="status">
          <strong>
            {flights.length} {flights.length === 1 ? 'flight' : 'flights'}
          </strong>{' '}
          {error ? (
            <span className={css.stale}>seat counts may be a moment old</span>
          ) : (
            <span className={css.live}>seat counts are live</span>
          )}
        </p>
        <SegmentedControl
          aria-label="Sort by"
          value={sort}
          onChange={(value) => onSort(value as Sort)}
          data={[
            { value: 'price', label: 'Cheapest first' },
            { value: 'fastest', label: 'Fastest first' },
          ]}
        />
      </div>
      <ul className={css.list}>
        {flights.map((flight) => (
          <FlightRow key={flight.id} flight={flight} seats={seats} praise={praises.get(flight.id) ?? null} />
        ))}
      </ul>
    </>
  );
}

/** Which rows to call cheapest and fastest; nobody when there is no choice. */
function praisesOf(flights: Flight[]): Map<string, string> {
  const [first] = flights;
  const praises = new Map<string, string>();
  if (!first || flights.length < 2) return praises;
  const minutes = (flight: Flight) => minutesBetween(flight.departure_ts, flight.arrival_ts);
  const cheapest = flights.reduce(
    (best, next) => (Number(next.price) < Number(best.price) ? next : best),
    first,
  );
  const fastest = flights.reduce((best, next) => (minutes(next) < minutes(best) ? next : best), first);
  praises.set(cheapest.id, 'Cheapest');
  praises.set(fastest.id, fastest.id === cheapest.id ? 'Cheapest and fastest' : 'Fastest');
  return praises;
}
