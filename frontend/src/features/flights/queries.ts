import { queryOptions, type UseQueryResult, useQueries } from '@tanstack/react-query';
import type { Flight } from '@/lib/api-types';
import { api, unwrap } from '@/lib/client';

/** The seats of a flight change all the time, so a page that shows them loads them again this often. */
const REFRESH_MS = 4_000;

export const flightQueries = {
  all: () => ['flights'] as const,

  detail: (flightId: string) =>
    queryOptions({
      queryKey: [...flightQueries.all(), 'detail', flightId],
      queryFn: ({ signal }) =>
        unwrap(api.GET('/api/v1/flights/{flight_id}', { params: { path: { flight_id: flightId } }, signal })),
      // The page that shows it may have been drawn later than it was loaded.
      staleTime: 2_000,
      refetchInterval: REFRESH_MS,
    }),
};

/** The flights of an itinerary as they are now, in the order of the ids. There is no data until all of them are known. */
export function useFlights(flightIds: readonly string[]) {
  return useQueries({ queries: flightIds.map(flightQueries.detail), combine });
}

function combine(results: UseQueryResult<Flight>[]) {
  const flights = results.flatMap(({ data }) => data ?? []);
  return {
    data: flights.length === results.length ? flights : undefined,
    error: results.find(({ error }) => error)?.error ?? null,
    isFetching: results.some(({ isFetching }) => isFetching),
    refetch: () => Promise.all(results.map(({ refetch }) => refetch())),
  };
}
