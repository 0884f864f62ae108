import { QueryClient } from '@tanstack/react-query';
import { asProblem } from './problem';

const MAX_RETRIES = 3;

/** The server's `Retry-After` when it gave one, else 0.5, 1, 2 s. */
function retryDelay(failures: number, error: Error): number {
  return asProblem(error).retryAfterMs ?? 500 * 2 ** failures;
}

/**
 * Repeats a request whose response was lost, or that the server could not handle at the moment. Every query does so. A mutation does so only if
 * it is idempotent: by its idempotency key, or because it sets a state instead of adding to it.
 */
export const RETRY = {
  retry: (failures: number, error: Error) => asProblem(error).retryable && failures < MAX_RETRIES,
  retryDelay,
};

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // The server may be on this very machine, so what the browser says about the connection does not matter.
      queries: { ...RETRY, staleTime: 10_000, networkMode: 'always' },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}

/** Removes all data from the screen and from the cache, so that another account does not see it. */
export function clearQueries(queries: QueryClient): void {
  const cache = queries.getQueryCache();
  // A page that is on the screen watches its query, not the cache: removing the query alone would leave its data there.
  for (const query of cache.getAll()) query.reset();
  cache.clear();
}
