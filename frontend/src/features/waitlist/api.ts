import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/lib/client';
import { asProblem } from '@/lib/problem';
import { retryable, retryDelay } from '@/lib/query';
import type { PlaceInLine } from '@/lib/wire';

/** How often somebody who waits looks whether it is their turn. */
const WAITING_REFRESH_MS = 4_000;

export interface Party {
  size: number;
  /** Fewer seats are better than none. */
  partly: boolean;
}

/** The traveller's last place in line for a flight; null when there is none. */
export function placeInLine(flightId: string) {
  return queryOptions({
    queryKey: ['waitlist', flightId],
    queryFn: ({ signal }): Promise<PlaceInLine | null> =>
      answer(
        api.GET('/api/v1/flights/{flight_id}/waitlist', {
          params: { path: { flight_id: flightId } },
          signal,
        }),
      ).catch((error: unknown) => {
        if (asProblem(error).code === 'not_waiting') return null;
        throw error;
      }),
    staleTime: 0,
    refetchInterval: ({ state: { data } }) => {
      const open = data?.status === 'WAITING' || data?.status === 'OFFERED';
      return open && WAITING_REFRESH_MS;
    },
  });
}

/** Also after a refusal: it means that the line, or the flight, is not what the page thinks it is. */
function useLookAgain(flightId: string) {
  const queries = useQueryClient();
  return () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ['waitlist', flightId] }),
      queries.invalidateQueries({ queryKey: ['flights'] }),
      queries.invalidateQueries({ queryKey: ['bookings'], refetchType: 'none' }),
    ]);
}

/** Joining again with the same party is answered with the place that it has, so this repeats by itself. */
export function useJoin(flightId: string) {
  return useMutation({
    mutationFn: ({ size, partly }: Party) =>
      answer(
        api.POST('/api/v1/flights/{flight_id}/waitlist', {
          params: { path: { flight_id: flightId } },
          body: { party_size: size, accept_partial: partly },
        }),
      ),
    retry: retryable,
    retryDelay,
    onSettled: useLookAgain(flightId),
  });
}

export type Join = ReturnType<typeof useJoin>;

export function useLeave(flightId: string) {
  return useMutation({
    mutationFn: () =>
      answer(
        api.DELETE('/api/v1/flights/{flight_id}/waitlist', { params: { path: { flight_id: flightId } } }),
      ),
    retry: retryable,
    retryDelay,
    onSettled: useLookAgain(flightId),
  });
}
