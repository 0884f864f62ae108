import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answer, answered, api } from '@/lib/client';
import { asProblem, retryAfterMs } from '@/lib/problem';
import type { ImportSummary } from '@/lib/wire';

const PAGE = 10;
const POLL_MS = 1_000;
const AFTER_AN_ERROR_MS = 5_000;

export const TEMPLATE = '/admin/flights/bulk-upload/template.csv';

export function isOver({ status }: ImportSummary): boolean {
  return status !== 'PENDING' && status !== 'IN_PROGRESS';
}

/** One import, asked again while it runs; the history learns how it ended. */
export function importById(jobId: string) {
  return queryOptions({
    queryKey: ['imports', 'one', jobId],
    queryFn: async ({ signal, client }) => {
      const { data, response } = await answered(
        api.GET('/admin/flights/bulk-upload/status/{job_id}', {
          params: { path: { job_id: jobId } },
          signal,
        }),
      );
      if (!isOver(data)) return { import: data, nextInMs: retryAfterMs(response.headers) ?? POLL_MS };
      void client.invalidateQueries({ queryKey: ['imports', 'all'] });
      return { import: data, nextInMs: null };
    },
    refetchInterval: ({ state }) => {
      if (state.error) return asProblem(state.error).retryable && AFTER_AN_ERROR_MS;
      return state.data?.nextInMs ?? false;
    },
  });
}

export function allImports() {
  return infiniteQueryOptions({
    queryKey: ['imports', 'all'],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/admin/imports', {
          params: { query: { limit: PAGE, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 0,
  });
}
