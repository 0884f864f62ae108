import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { POLL_WITH_EVENTS_MS } from '@/features/operations/live-updates';
import type { ImportSummary } from '@/lib/api-types';
import { api, unwrap, unwrapWithHeaders } from '@/lib/client';
import { asProblem, retryAfterMs } from '@/lib/problem';

const PAGE_SIZE = 10;
const SHOWN_CHANGES = 100;
const POLL_MS = 1_000;
const AFTER_ERROR_MS = 5_000;

export const TEMPLATE_PATH = '/admin/flights/bulk-upload/template.csv';

export function isFinished({ status }: ImportSummary): boolean {
  return status !== 'PENDING' && status !== 'IN_PROGRESS';
}

export const importQueries = {
  all: () => ['imports'] as const,

  /** One import. */
  detail: (jobId: string) =>
    queryOptions({
      queryKey: [...importQueries.all(), 'detail', jobId],
      queryFn: async ({ signal, client }) => {
        const { data, headers } = await unwrapWithHeaders(
          api.GET('/admin/flights/bulk-upload/status/{job_id}', {
            params: { path: { job_id: jobId } },
            signal,
          }),
        );
        if (!isFinished(data)) return { import: data, pollAgainMs: retryAfterMs(headers) ?? POLL_MS };
        // The list shows how it ended, too.
        void client.invalidateQueries({ queryKey: importQueries.list().queryKey });
        return { import: data, pollAgainMs: null };
      },
      refetchInterval: ({ state: { error } }) =>
        error !== null && asProblem(error).retryable && AFTER_ERROR_MS,
    }),

  /** One import while it runs, polled. `isLive`: the page gets events about its progress. */
  running: (jobId: string, isLive: boolean) =>
    queryOptions({
      ...importQueries.detail(jobId),
      refetchInterval: ({ state: { data } }) => {
        if (!data?.pollAgainMs) return false;
        return isLive ? POLL_WITH_EVENTS_MS : data.pollAgainMs;
      },
    }),

  /** The first flights that an import changes, or would change. */
  changes: (jobId: string) =>
    queryOptions({
      queryKey: [...importQueries.all(), 'changes', jobId],
      queryFn: ({ signal }) =>
        unwrap(
          api.GET('/admin/flights/bulk-upload/{job_id}/changes', {
            params: { path: { job_id: jobId }, query: { limit: SHOWN_CHANGES } },
            signal,
          }),
        ),
    }),

  /** The faults of its rows, grouped. `failed`: the number of failed rows so far, which makes a running import load them again. */
  faults: (jobId: string, failed: number) =>
    queryOptions({
      queryKey: [...importQueries.all(), 'faults', jobId, failed],
      queryFn: async ({ signal }) =>
        (
          await unwrap(
            api.GET('/admin/flights/bulk-upload/{job_id}/faults', {
              params: { path: { job_id: jobId } },
              signal,
            }),
          )
        ).data,
      placeholderData: (before) => before,
    }),

  /** All imports, newest first. */
  list: () =>
    infiniteQueryOptions({
      queryKey: [...importQueries.all(), 'list'],
      queryFn: ({ pageParam, signal }) =>
        unwrap(
          api.GET('/admin/imports', {
            params: { query: { limit: PAGE_SIZE, ...(pageParam && { cursor: pageParam }) } },
            signal,
          }),
        ),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.next_cursor ?? undefined,
      staleTime: 0,
    }),
};

/** Stops an import; rows that are stored stay. */
export function useStopImport(jobId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      unwrap(api.POST('/admin/imports/{job_id}/cancel', { params: { path: { job_id: jobId } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: importQueries.all() }),
  });
}
