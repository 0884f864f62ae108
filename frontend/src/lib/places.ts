import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { answer, api } from './client';
import type { Place } from './wire';

const HOUR = 3_600_000;

/** Places whose name, city or code begins like, or is spelled nearly like, `q`; the busiest of all when it is empty. */
export function suggestions(q: string, limit = 7) {
  return queryOptions({
    queryKey: ['places', 'suggest', q.trim().toLowerCase(), limit],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/airports/suggest', { params: { query: { q: q.trim(), limit } }, signal })),
    staleTime: HOUR,
    gcTime: HOUR,
  });
}

export function allPlaces() {
  return queryOptions({
    queryKey: ['places', 'all'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/airports', { signal })),
    staleTime: 60_000,
  });
}

/** The place that is called exactly so, by its name or its code, in any case and with or without accents. */
export function exactPlace(places: readonly Place[], words: string): Place | null {
  const wanted = plain(words);
  return (
    places.find(({ name, iata }) => [name, iata].some((known) => known && plain(known) === wanted)) ?? null
  );
}

function plain(words: string): string {
  return words.trim().normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** The name that was meant by `words`: its exact match, else the best suggestion, else null. */
export async function meantPlace(queries: QueryClient, words: string): Promise<string | null> {
  const places = await queries.fetchQuery(suggestions(words));
  return (exactPlace(places, words) ?? places[0])?.name ?? null;
}
