import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { WaitlistEntry } from '@/lib/api-types';
import { api, unwrap } from '@/lib/client';
import { asProblem } from '@/lib/problem';
import { RETRY } from '@/lib/query-client';
import { saveJoined } from './joined-waiting-lists';

/** The interval of polling while an entry is open. */
const REFRESH_MS = 4_000;

interface Party {
  size: number;
  /** Whether an offer of fewer seats than `size` is wanted, too. */
  acceptPartial: boolean;
}

export const waitlistQueries = {
  all: () => ['waitlist'] as const,

  /** The account's latest entry in the waiting list of a flight; null when there was none. */
  entry: (flightId: string) =>
    queryOptions({
      queryKey: [...waitlistQueries.all(), 'entry', flightId],
      queryFn: ({ signal }): Promise<WaitlistEntry | null> =>
        unwrap(
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
 * Loads the entry again, also after a refusal, which means that the entry has changed. `onChanged` reloads the flight, because joining and
 * leaving may change its free seats.
 */
function useReload(onChanged: () => void) {
  const queries = useQueryClient();
  return () => {
    onChanged();
    return queries.invalidateQueries({ queryKey: waitlistQueries.all() });
  };
}

/** A repeated request with the same party returns the existing entry, so it can be repeated if the response was lost. */
export function useJoin(flightId: string, onChanged: () => void) {
  return useMutation({
    mutationFn: ({ size, acceptPartial }: Party) =>
      unwrap(
        api.POST('/api/v1/flights/{flight_id}/waitlist', {
          params: { path: { flight_id: flightId } },
          body: { party_size: size, accept_partial: acceptPartial },
        }),
      ),
    ...RETRY,
    onSuccess: () => saveJoined(flightId),
    onSettled: useReload(onChanged),
  });
}

export type Join = ReturnType<typeof useJoin>;

export function useLeave(flightId: string, onChanged: () => void) {
  return useMutation({
    mutationFn: () =>
      unwrap(
        api.DELETE('/api/v1/flights/{flight_id}/waitlist', { params: { path: { flight_id: flightId } } }),
      ),
    ...RETRY,
    onSettled: useReload(onChanged),
  });
}
