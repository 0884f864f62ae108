import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/lib/client';
import { asProblem } from '@/lib/problem';
import { retryable, retryDelay } from '@/lib/query';
import type { Day } from '@/lib/time';
import { wishAnswered, wishKey } from '@/lib/wish-key';

const MOST = 20;
const MOST_STOPS = 2;
/** Seat counts are live on the server; how often a page that shows them looks again. */
const LIST_REFRESH_MS = 10_000;
const TRIP_REFRESH_MS = 4_000;

export interface Wanted {
  from: string;
  to: string;
  date: Day;
  seats: number;
  sort: 'price' | 'fastest';
}

/** Every sensible way with one or two stops that can seat the party. */
export function connections({ from, to, date, seats, sort }: Wanted) {
  return queryOptions({
    queryKey: ['trips', 'search', { from, to, date, seats, sort }],
    queryFn: async ({ signal }) => {
      const query = {
        source: from,
        destination: to,
        date,
        seats,
        sort,
        max_stops: MOST_STOPS,
        limit: MOST,
      };
      const { data, complete } = await answer(api.GET('/api/v1/itineraries', { params: { query }, signal }));
      return { ways: data.filter(({ stops }) => stops > 0), complete };
    },
    staleTime: 5_000,
    refetchInterval: LIST_REFRESH_MS,
  });
}

/** The flights of a trip as they are now, in the order of travel. */
export function tripFlights(flightIds: readonly string[]) {
  return queryOptions({
    queryKey: ['trips', 'flights', flightIds],
    queryFn: ({ signal }) =>
      Promise.all(
        flightIds.map((flight_id) =>
          answer(api.GET('/api/v1/flights/{flight_id}', { params: { path: { flight_id } }, signal })),
        ),
      ),
    staleTime: 0,
    refetchInterval: TRIP_REFRESH_MS,
  });
}

export interface TripWish {
  flightIds: readonly string[];
  seats: number;
  /** Said after the question whether one meant to book the same flight once more. */
  again?: boolean;
}

/** Books all flights of a trip or none. Repeats by itself when no answer came: the key makes it the same booking. */
export function useBookTrip() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wish: TripWish) =>
      answer(
        api.POST('/api/v1/booking', {
          params: { header: { 'Idempotency-Key': wishKey(nameOf(wish)) } },
          body: {
            flight_ids: [...wish.flightIds],
            seats: wish.seats,
            ...(wish.again && { allow_duplicate: true }),
          },
        }),
      ),
    retry: retryable,
    retryDelay,
    onSuccess: (_, wish) => {
      wishAnswered(nameOf(wish));
      return queries.invalidateQueries({ queryKey: ['bookings'], refetchType: 'none' });
    },
    onError: (error, wish) => {
      if (!asProblem(error).retryable) wishAnswered(nameOf(wish));
      void queries.invalidateQueries({ queryKey: ['trips'] });
    },
  });
}

function nameOf({ flightIds, seats, again = false }: TripWish): string {
  return `trip.${flightIds.join('.')}.${seats}${again ? '.again' : ''}`;
}
