import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { QueryFallback } from '@/components/messages/query-fallback';
import { type RouteOnDay, type Sort, searchQueries } from '@/features/search/queries';
import { flightLabels } from './flight-labels';
import css from './flight-list.module.css';
import { FlightRow } from './flight-row';
import { hasSeats } from './has-seats';
import { ResultList } from './result-row';

interface Props {
  route: RouteOnDay;
  seats: number;
  sort: Sort;
  onSort: (sort: Sort) => void;
  /** What to show when no direct flight has enough seats. Gets whether there are direct flights at all. */
  otherwise: (directFlights: boolean) => ReactNode;
}

/** The direct flights of a day. */
export function FlightList({ route, seats, sort, onSort, otherwise }: Props) {
  const query = useQuery(searchQueries.flights(route, sort));
  const { data: flights, error } = query;
  if (!flights) {
    return (
      <QueryFallback
        query={query}
        loading="Looking for flights"
        failed="The flights could not be loaded."
        heights={[92, 92, 92, 92]}
      />
    );
  }
  if (flights.length === 0) return otherwise(false);
  const labels = flightLabels(flights, seats);
  return (
    <>
      <div className={css.bar}>
        <p className={css.found} role="status">
          <strong>
            {flights.length} {flights.length === 1 ? 'flight' : 'flights'}
          </strong>{' '}
          {error ? (
            <span className={css.stale}>seat counts may be out of date</span>
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
      <ResultList>
        {flights.map((flight) => (
          <FlightRow key={flight.id} flight={flight} seats={seats} label={labels.get(flight.id) ?? null} />
        ))}
      </ResultList>
      {!flights.some((flight) => hasSeats(flight, seats)) && otherwise(true)}
    </>
  );
}
