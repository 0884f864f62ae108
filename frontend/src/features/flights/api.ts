import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { answer, api } from '@/lib/client';
import type { Day } from '@/lib/time';

export type Sort = 'price' | 'fastest';

export interface Route {
  from: string;
  to: string;
  date: Day;
}

const MOST = 50;
/** Seat counts are live on the server; how often a page that shows them looks again. */
const LIST_REFRESH_MS = 10_000;
const FLIGHT_REFRESH_MS = 4_000;

export function searchFlights(route: Route, sort: Sort) {
  return queryOptions({
    queryKey: ['flights', 'search', route, sort],
    queryFn: ({ signal }) => {
      const query = { source: route.from, destination: route.to, date: route.date, sort, limit: MOST };
      return answer(api.GET('/api/v1/search', { params: { query }, signal }));
    },
    staleTime: 5_000,
    refetchInterval: LIST_REFRESH_MS,
  });
}

/** The lowest fare of one day on a route; null when nothing flies. */
export function cheapestFlight(route: Route) {
  return queryOptions({
    queryKey: ['flights', 'cheapest', route],
    queryFn: async ({ signal }) => {
      const query = {
        source: route.from,
        destination: route.to,
        date: route.date,
        sort: 'price' as const,
        limit: 1,
      };
      const [flight] = await answer(api.GET('/api/v1/search', { params: { query }, signal }));
      return flight ?? null;
    },
    staleTime: 5 * 60_000,
  });
}

export function flightById(flightId: string) {
  return queryOptions({
    queryKey: ['flights', 'one', flightId],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/flights/{flight_id}', { params: { path: { flight_id: flightId } }, signal })),
    staleTime: 0,
    refetchInterval: FLIGHT_REFRESH_MS,
    placeholderData: keepPreviousData,
  });
}
