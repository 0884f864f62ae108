import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, unwrap } from '@/lib/client';
import type { Day } from '@/lib/time/time';

export interface RouteOnDay {
  from: string;
  to: string;
  /** The local day of departure. */
  date: Day;
}

/** How the results are ranked. */
export type Sort = 'best' | 'price' | 'fastest' | 'departure';

/** The most results in one response of the server. */
const MAX_RESULTS = 100;
const MAX_STOPS = 2;
/** Prices and seats change all the time, so results that are shown again are loaded again, and those on the screen every so often. */
const POLLED = { staleTime: 0, refetchInterval: 10_000, placeholderData: keepPreviousData };

export const searchQueries = {
  all: () => ['search'] as const,

  /** Direct flights, also sold-out ones. If there are more than `MAX_RESULTS`, the server returns the first ones of the order. */
  direct: ({ from, to, date }: RouteOnDay, sort: Sort) =>
    queryOptions({
      queryKey: [...searchQueries.all(), 'direct', { from, to, date, sort }],
      queryFn: async ({ signal }) => {
        const order = sort === 'best' ? ('price' as const) : sort;
        const query = { source: from, destination: to, date, sort: order, limit: MAX_RESULTS };
        const flights = await unwrap(api.GET('/api/v1/search', { params: { query }, signal }));
        return { flights, complete: flights.length < MAX_RESULTS };
      },
      ...POLLED,
    }),

  /** Itineraries with one or two stops that have enough seats on every flight. */
  connections: ({ from, to, date }: RouteOnDay, seats: number, sort: Sort) =>
    queryOptions({
      queryKey: [...searchQueries.all(), 'connections', { from, to, date, seats, sort }],
      queryFn: async ({ signal }) => {
        const ranking = sort === 'departure' ? ('best' as const) : sort;
        const query = {
          source: from,
          destination: to,
          date,
          seats,
          sort: ranking,
          max_stops: MAX_STOPS,
          limit: MAX_RESULTS,
        };
        const { data, complete } = await unwrap(
          api.GET('/api/v1/itineraries', { params: { query }, signal }),
        );
        return { itineraries: data.filter(({ stops }) => stops > 0), complete };
      },
      ...POLLED,
    }),

  /** The days of a month (`YYYY-MM`) that have direct flights, each with its lowest price for a party of so many. */
  calendar: (from: string, to: string, month: string, seats: number) =>
    queryOptions({
      queryKey: [...searchQueries.all(), 'calendar', { from, to, month, seats }],
      queryFn: async ({ signal }) => {
        const query = { source: from, destination: to, month, seats };
        return (await unwrap(api.GET('/api/v1/calendar', { params: { query }, signal }))).data;
      },
      staleTime: 60_000,
    }),
};
