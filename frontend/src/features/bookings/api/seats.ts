import { queryOptions, useMutation, useQueries, useQueryClient } from '@tanstack/react-query';
import type { SeatMap } from '@/lib/api-types';
import { api, unwrap } from '@/lib/client';
import { RETRY } from '@/lib/query-client';
import { bookingKeys } from './keys';

/** The interval of polling a visible seat map, because others pick seats. It is also loaded again when the window gets the focus. */
const REFRESH_MS = 15_000;

export const seatKeys = {
  all: () => ['seats'] as const,
  map: (flightId: string) => [...seatKeys.all(), flightId] as const,
};

function seatMapQuery(flightId: string) {
  return queryOptions({
    queryKey: seatKeys.map(flightId),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/v1/flights/{flight_id}/seats', {
          params: { path: { flight_id: flightId } },
          signal,
        }),
      ),
    staleTime: 2_000,
    refetchInterval: ({ state: { data } }) => (data?.cabin ? REFRESH_MS : false),
    refetchOnWindowFocus: true,
  });
}

/** The seat maps of these flights, as far as they are loaded: none of a flight whose seats have no numbers. */
export function useSeatMaps(flightIds: readonly string[]): (SeatMap | undefined)[] {
  return useQueries({
    queries: flightIds.map(seatMapQuery),
    combine: (results) => results.map(({ data }) => (data?.cabin ? data : undefined)),
  });
}

/** Requests the best free seats of each of these flights for a number of travellers; null if fewer are free. */
export function useBestSeats() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ flightIds, travellers }: { flightIds: readonly string[]; travellers: number }) =>
      Promise.all(
        flightIds.map((flightId) =>
          unwrap(
            api.GET('/api/v1/flights/{flight_id}/seats', {
              params: { path: { flight_id: flightId }, query: { best: travellers } },
            }),
          ),
        ),
      ),
    ...RETRY,
    onSuccess: (maps) => {
      for (const map of maps) queries.setQueryData(seatKeys.map(map.flight_id), { ...map, best: null });
    },
  });
}

/** Sets the seats of a booking: for each flight a list with one seat for each traveller, or an empty list. Repeating it changes nothing. */
export function useChangeSeats(bookingId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (seatNumbers: string[][]) =>
      unwrap(
        api.PUT('/api/v1/bookings/{booking_id}/seats', {
          params: { path: { booking_id: bookingId } },
          body: { seat_numbers: seatNumbers },
        }),
      ),
    ...RETRY,
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: bookingKeys.all() }),
        queries.invalidateQueries({ queryKey: seatKeys.all() }),
      ]),
  });
}
