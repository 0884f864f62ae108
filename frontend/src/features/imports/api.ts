import { queryOptions } from '@tanstack/react-query';
import { answered, api } from '@/lib/client';
import { asProblem, retryAfterMs } from '@/lib/problem';
import type { ImportStatus } from '@/lib/wire';

const POLL_MS = 600;
const AFTER_AN_ERROR_MS = 5_000;

export function isOver({ status }: ImportStatus): boolean {
  return status === 'COMPLETED' || status === 'FAILED';
}

/** One import, asked again while it runs. */
export function importById(jobId: string) {
  return queryOptions({
    queryKey: ['imports', jobId],
    queryFn: async ({ signal }) => {
      const { data, response } = await answered(
        api.GET('/admin/flights/bulk-upload/status/{job_id}', {
          params: { path: { job_id: jobId } },
          signal,
        }),
      );
      return { import: data, nextInMs: isOver(data) ? null : (retryAfterMs(response.headers) ?? POLL_MS) };
    },
    refetchInterval: ({ state }) => {
      if (state.error) return asProblem(state.error).retryable && AFTER_AN_ERROR_MS;
      return state.data?.nextInMs ?? false;
    },
  });
}
