import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { FareWatch, NewFareWatch, Price } from '@/lib/api-types';
import { api, unwrap } from '@/lib/client';
import { RETRY } from '@/lib/query-client';
import type { Day } from '@/lib/time/time';

/** The interval of polling. */
const REFRESH_MS = 30_000;

/** A route on a day, and how many seats must be free. */
export interface WatchedDay {
  from: string;
  to: string;
  date: Day;
  seats: number;
}

export const fareQueries = {
  all: () => ['fares'] as const,

  /** The fares that this account watches. */
  watches: () =>
    queryOptions({
      queryKey: [...fareQueries.all(), 'watches'],
      queryFn: async ({ signal }) => (await unwrap(api.GET('/api/v1/fare-watches', { signal }))).data,
      refetchInterval: REFRESH_MS,
      staleTime: REFRESH_MS / 2,
    }),

  /** What a booking would cost now. */
  ofBooking: (bookingId: string) =>
    queryOptions({
      queryKey: [...fareQueries.all(), 'booking', bookingId],
      queryFn: ({ signal }) =>
        unwrap(
          api.GET('/api/v1/bookings/{booking_id}/fare', {
            params: { path: { booking_id: bookingId } },
            signal,
          }),
        ),
      refetchInterval: REFRESH_MS,
      staleTime: REFRESH_MS / 2,
    }),
};

/** The watch of this day, if there is one. The places are compared as they were written. */
export function watchOfDay(watches: readonly FareWatch[], day: WatchedDay): FareWatch | undefined {
  return watches.find(
    ({ booking_id, source, destination, date, seats }) =>
      booking_id === null &&
      source === day.from &&
      destination === day.to &&
      date === day.date &&
      seats === day.seats,
  );
}

function useReload() {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: fareQueries.all() });
}

/** A repeated request returns the existing watch, so it can be repeated if the response was lost. */
export function useCreateWatch() {
  return useMutation({
    mutationFn: (body: NewFareWatch) => unwrap(api.POST('/api/v1/fare-watches', { body })),
    ...RETRY,
    onSettled: useReload(),
  });
}

export function useStopWatching() {
  return useMutation({
    mutationFn: (watchId: string) =>
      unwrap(api.DELETE('/api/v1/fare-watches/{watch_id}', { params: { path: { watch_id: watchId } } })),
    onSettled: useReload(),
  });
}

/** Rebooks at the lower fare. A repeated request with the same total changes nothing, so it can be repeated if the response was lost. */
export function useRebook(bookingId: string, onChanged: () => Promise<unknown>) {
  const reload = useReload();
  return useMutation({
    mutationFn: (total: Price) =>
      unwrap(
        api.POST('/api/v1/bookings/{booking_id}/rebookings', {
          params: { path: { booking_id: bookingId } },
          body: { expected_total: total },
        }),
      ),
    ...RETRY,
    onSettled: () => Promise.all([reload(), onChanged()]),
  });
}
