import { queryOptions } from '@tanstack/react-query';
import { answer, api } from '@/lib/client';
import type { Day } from '@/lib/time';

export type Sort = 'price' | 'fastest';

export interface RouteOnDay {
  from: string;
  to: string;
  /** The local day of departure. */
  date: Day;
}

export interface ItinerarySearch extends RouteOnDay {
  seats: number;
  sort: Sort;
}

const MAX_FLIGHTS = 50;
const MAX_ITINERARIES = 20;
const MAX_STOPS = 2;
/** Prices and seats change all the time, so results that are shown again are loaded again, and those on the screen every so often. */
const LIVE = { staleTime: 0, refetchInterval: 10_000 };

export const searchQueries = {
  all: () => ['search'] as const,

  /** Direct flights. */
  flights: ({ from, to, date }: RouteOnDay, sort: Sort) =>
    queryOptions({
      queryKey: [...searchQueries.all(), 'flights', { from, to, date, sort }],
      queryFn: ({ signal }) => {
        const query = { source: from, destination: to, date, sort, limit: MAX_FLIGHTS };
        return answer(api.GET('/api/v1/search', { params: { query }, signal }));
      },
      ...LIVE,
    }),

  /** The cheapest direct flight of a day; null when there is none. */
  cheapestFlight: ({ from, to, date }: RouteOnDay) =>
    queryOptions({
      queryKey: [...searchQueries.all(), 'cheapest', { from, to, date }],
      queryFn: async ({ signal }) => {
        const query = { source: from, destination: to, date, sort: 'price' as const, limit: 1 };
        const [flight] = await answer(api.GET('/api/v1/search', { params: { query }, signal }));
        return flight ?? null;
      },
      staleTime: 5 * 60_000,
    }),

  /** Itineraries with one or two stops that have enough seats on every flight. */
  itineraries: ({ from, to, date, seats, sort }: ItinerarySearch) =>
    queryOptions({
      queryKey: [...searchQueries.all(), 'itineraries', { from, to, date, seats, sort }],
      queryFn: async ({ signal }) => {
        const limits = { max_stops: MAX_STOPS, limit: MAX_ITINERARIES };
        const query = { source: from, destination: to, date, seats, sort, ...limits };
        const { data, complete } = await answer(
          api.GET('/api/v1/itineraries', { params: { query }, signal }),
        );
        return { itineraries: data.filter(({ stops }) => stops > 0), complete };
      },
      ...LIVE,
    }),
};
