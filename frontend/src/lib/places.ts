import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { answer, api } from './client';
import type { Place } from './wire';

const HOUR = 3_600_000;

/** Places whose name, city or code begins like, or is spelled nearly like, `q`. */
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

function isCalled(place: Place, name: string): boolean {
  const wanted = name.trim().toLowerCase();
  return [place.name, place.iata].some((known) => known?.toLowerCase() === wanted);
}

/** The name that was meant by `words`: its exact match, else the best suggestion, else null. */
export async function meantPlace(queries: QueryClient, words: string): Promise<string | null> {
  const places = await queries.fetchQuery(suggestions(words));
  return (places.find((place) => isCalled(place, words)) ?? places[0])?.name ?? null;
}
