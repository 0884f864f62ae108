import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/lib/client';
import { asProblem } from '@/lib/problem';
import { RETRY } from '@/lib/query-client';
import type { WaitlistEntry } from '@/lib/wire';
import { rememberWaiting } from './remembered';

/** How often the page of somebody who waits asks whether seats are offered. */
const REFRESH_MS = 4_000;

export interface Party {
  size: number;
  /** Fewer seats than `size` are welcome, too. */
  acceptPartial: boolean;
}

export const waitlistQueries = {
  all: () => ['waitlist'] as const,

  /** The account's latest entry in the waiting list of a flight; null when there was none. */
  entry: (flightId: string) =>
    queryOptions({
      queryKey: [...waitlistQueries.all(), 'entry', flightId],
      queryFn: ({ signal }): Promise<WaitlistEntry | null> =>
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
      refetchInterval: ({ state: { data } }) => isOpen(data) && REFRESH_MS,
    }),
};

export type OpenEntry = WaitlistEntry & { status: 'WAITING' | 'OFFERED' };

/** Waiting for seats, or offered some. */
export function isOpen(entry: WaitlistEntry | null | undefined): entry is OpenEntry {
  return entry?.status === 'WAITING' || entry?.status === 'OFFERED';
}

/**
 * Loads the entry again. Also after a refusal, which means that the entry is not as the page shows it. `onChanged` is for what the page
 * knows of the flight: joining and leaving may change its free seats.
 */
function useReload(onChanged: () => void) {
  const queries = useQueryClient();
  return () => {
    onChanged();
    return queries.invalidateQueries({ queryKey: waitlistQueries.all() });
  };
}

/** Joining again with the same party returns the entry that there is, so a lost answer is asked for again. */
export function useJoin(flightId: string, onChanged: () => void) {
  return useMutation({
    mutationFn: ({ size, acceptPartial }: Party) =>
      answer(
        api.POST('/api/v1/flights/{flight_id}/waitlist', {
          params: { path: { flight_id: flightId } },
          body: { party_size: size, accept_partial: acceptPartial },
        }),
      ),
    ...RETRY,
    onSuccess: () => rememberWaiting(flightId),
    onSettled: useReload(onChanged),
  });
}

export type Join = ReturnType<typeof useJoin>;

export function useLeave(flightId: string, onChanged: () => void) {
  return useMutation({
    mutationFn: () =>
      answer(
        api.DELETE('/api/v1/flights/{flight_id}/waitlist', { params: { path: { flight_id: flightId } } }),
      ),
    ...RETRY,
    onSettled: useReload(onChanged),
  });
}
