import { QueryClient } from '@tanstack/react-query';
import { asProblem } from './problem';

const MAX_RETRIES = 3;

export function retryable(failures: number, error: Error): boolean {
  return asProblem(error).retryable && failures < MAX_RETRIES;
}

/** The server's `Retry-After` when it gave one, else 0.5, 1, 2 s. */
export function retryDelay(failures: number, error: Error): number {
  return asProblem(error).retryAfterMs ?? 500 * 2 ** failures;
}

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // Offline detection by the browser is wrong for a server on this very machine.
      queries: { retry: retryable, retryDelay, staleTime: 10_000, networkMode: 'always' },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}

/** Takes every answer off the screen and out of memory: whoever comes next must not see it. */
export function forget(queries: QueryClient): void {
  const cache = queries.getQueryCache();
  // What a page still shows listens to its query, not to the cache.
  for (const query of cache.getAll()) query.reset();
  cache.clear();
}
