import { SegmentedControl, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { OfferList } from '@/components/offer-row';
import { ProblemNote } from '@/components/problem-note';
import { useSlow } from '@/components/use-slow';
import { type Route, type Sort, searchFlights } from './api';
import css from './flight-list.module.css';
import { FlightRow } from './flight-row';
import { seatsParty } from './party';
import { praisesOf } from './praises';

interface Props {
  route: Route;
  seats: number;
  sort: Sort;
  onSort: (sort: Sort) => void;
  /** What to show when no flight can seat the party, and whether there are any at all. */
  otherwise: (any: boolean) => ReactNode;
}

export function FlightList({ route, seats, sort, onSort, otherwise }: Props) {
  const { data: flights, error, isPending, isFetching, refetch } = useQuery(searchFlights(route, sort));
  const slow = useSlow(isPending);

  if (isPending) {
    return (
      <div className={css.waiting} role="status" aria-label="Looking for flights">
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
  if (flights.length === 0) return otherwise(false);
  const praises = praisesOf(flights, seats);
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
      <OfferList>
        {flights.map((flight) => (
          <FlightRow key={flight.id} flight={flight} seats={seats} praise={praises.get(flight.id) ?? null} />
        ))}
      </OfferList>
      {!flights.some((flight) => seatsParty(flight, seats)) && otherwise(true)}
    </>
  );
}
