import { type QueryClient, queryOptions } from '@tanstack/react-query';
import type { Place } from '@/lib/api-types';
import { api, unwrap } from '@/lib/client';

const HOUR_MS = 3_600_000;

export const placeQueries = {
  all: () => ['places'] as const,

  /** Places whose name, city or code begins like `text` or is spelled nearly like it. For an empty text those with most flights. */
  suggestions: (text: string, limit = 7) =>
    queryOptions({
      queryKey: [...placeQueries.all(), 'suggestions', text.trim().toLowerCase(), limit],
      queryFn: ({ signal }) =>
        unwrap(api.GET('/api/v1/airports/suggest', { params: { query: { q: text.trim(), limit } }, signal })),
      staleTime: HOUR_MS,
      gcTime: HOUR_MS,
    }),

  /** The names of all places that have a flight. */
  names: () =>
    queryOptions({
      queryKey: [...placeQueries.all(), 'names'],
      queryFn: ({ signal }) => unwrap(api.GET('/api/v1/airports', { signal })),
      staleTime: 60_000,
    }),
};

/** The place with exactly this name or code, in any case, with or without accents. */
export function exactPlace(places: readonly Place[], text: string): Place | null {
  const typed = comparable(text);
  return (
    places.find(({ name, iata }) => [name, iata].some((known) => known && comparable(known) === typed)) ??
    null
  );
}

/** The name of the place that the typed `text` most likely means: the exact one, else the best suggestion, else null. */
export async function findPlaceName(queries: QueryClient, text: string): Promise<string | null> {
  const places = await queries.fetchQuery(placeQueries.suggestions(text));
  return (exactPlace(places, text) ?? places[0])?.name ?? null;
}

function comparable(text: string): string {
  return text.trim().normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
