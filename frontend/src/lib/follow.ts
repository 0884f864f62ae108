import { queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { asProblem, retryAfterMs } from './problem';
import type { Job } from './wire';

const WAIT_SECONDS = 20;
const AT_ONCE_MS = 20;
const PAUSE_MS = 1_000;
const AFTER_AN_ERROR_MS = 5_000;

interface Followed {
  job: Job;
  /** When to ask again; null once the job is done. */
  nextInMs: number | null;
}

/**
 * Follows a job until it is done. The first look is immediate; then the server is asked to keep the answer back until something
 * happens (`Prefer: wait`). Where it does not, this polls as slowly as its `Retry-After` says.
 */
export function jobById(jobId: string) {
  const queryKey = ['job', jobId] as const;
  return queryOptions({
    queryKey,
    queryFn: async ({ signal, client }): Promise<Followed> => {
      const known = client.getQueryData<Followed>(queryKey);
      const wait = known !== undefined && !known.job.done;
      const { data: job, response } = await answered(
        api.GET('/api/v1/jobs/{job_id}', {
          params: { path: { job_id: jobId }, header: wait ? { Prefer: `wait=${WAIT_SECONDS}` } : {} },
          signal,
        }),
      );
      if (job.done) return { job, nextInMs: null };
      const waits = !wait || response.headers.has('Preference-Applied');
      return { job, nextInMs: waits ? AT_ONCE_MS : (retryAfterMs(response.headers) ?? PAUSE_MS) };
    },
    refetchInterval: ({ state }) => {
      if (state.error) return asProblem(state.error).retryable && AFTER_AN_ERROR_MS;
      return state.data?.nextInMs ?? false;
    },
    staleTime: 2_000,
  });
}
