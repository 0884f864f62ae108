import { queryOptions, useMutation, useQueries, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/lib/client';
import { RETRY } from '@/lib/query-client';
import type { SeatMap } from '@/lib/wire';
import { bookingKeys } from './keys';

/** Others pick seats all the time: a map on the screen is loaded again this often, and whenever the window gets the focus. */
const REFRESH_MS = 15_000;

export const seatKeys = {
  all: () => ['seats'] as const,
  map: (flightId: string) => [...seatKeys.all(), flightId] as const,
};

export function seatMapQuery(flightId: string) {
  return queryOptions({
    queryKey: seatKeys.map(flightId),
    queryFn: ({ signal }) =>
      answer(
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

/** Asks for the best free seats of each of these flights for so many travellers; null where fewer are free. */
export function useBestSeats() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ flightIds, travellers }: { flightIds: readonly string[]; travellers: number }) =>
      Promise.all(
        flightIds.map((flightId) =>
          answer(
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

/** Gives a booking these seats: for each flight one for each traveller, or none. The same ones again change nothing. */
export function useChangeSeats(bookingId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (seatNumbers: string[][]) =>
      answer(
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
