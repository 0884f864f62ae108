import { queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { asProblem, Problem, retryAfterMs } from './problem';
import type { Booking, Job } from './wire';

const WAIT_SECONDS = 20;
const AT_ONCE_MS = 20;
const PAUSE_MS = 1_000;
const AFTER_AN_ERROR_MS = 5_000;
/** Where money or an ending is on its way, and no job says when it arrives. */
const ON_ITS_WAY_MS = 2_000;
/** How often a booking that rests is looked at: its airline may move the flight, or cancel it. */
const AT_REST_MS = 30_000;

interface Followed {
  job: Job;
  booking: Booking;
  /** When to ask again for a job that is not done; null once it is. */
  nextInMs: number | null;
}

/**
 * Follows a booking by its job. The first look is immediate; then the server is asked to keep the answer back until something happens
 * (`Prefer: wait`). Where it does not, this polls as slowly as its `Retry-After` says. A job that is done is looked at again when
 * something may have happened to its booking: above all at the end of a hold.
 */
export function bookingById(bookingId: string) {
  const queryKey = ['job', bookingId] as const;
  return queryOptions({
    queryKey,
    queryFn: async ({ signal, client }): Promise<Followed> => {
      const known = client.getQueryData<Followed>(queryKey);
      const wait = known !== undefined && !known.job.done;
      const { data: job, response } = await answered(
        api.GET('/api/v1/jobs/{job_id}', {
          params: { path: { job_id: bookingId }, header: wait ? { Prefer: `wait=${WAIT_SECONDS}` } : {} },
          signal,
        }),
      );
      const { booking } = job;
      if (!booking) throw notABooking();
      if (job.done) return { job, booking, nextInMs: null };
      const waits = !wait || response.headers.has('Preference-Applied');
      return {
        job,
        booking,
        nextInMs: waits ? AT_ONCE_MS : (retryAfterMs(response.headers) ?? PAUSE_MS),
      };
    },
    refetchInterval: ({ state }) => {
      if (state.error) return asProblem(state.error).retryable && AFTER_AN_ERROR_MS;
      return state.data ? (state.data.nextInMs ?? restMs(state.data.booking)) : false;
    },
    staleTime: 2_000,
  });
}

/** An import and the cancellation of a flight are jobs, too, and have pages of their own. */
function notABooking(): Problem {
  return new Problem({ status: 404, code: 'booking_not_found', detail: 'There is no such booking.' });
}

function restMs(booking: Booking): number | false {
  if (isUnsettled(booking)) return ON_ITS_WAY_MS;
  if (!booking.payment_required_by) return booking.available_actions.length > 0 && AT_REST_MS;
  const left = Date.parse(booking.payment_required_by) - Date.now();
  return Math.min(Math.max(left, PAUSE_MS), AT_REST_MS);
}

function isUnsettled(booking: Booking): boolean {
  const calledOff = booking.segments.some(({ flight }) => flight.status === 'CANCELLED');
  const seated = booking.status === 'HELD' || booking.status === 'CONFIRMED';
  return isPaying(booking) || booking.refund?.status === 'PENDING' || (calledOff && seated);
}

/** A payment was begun, and nobody knows yet how it ends. */
export function isPaying({ payment }: Booking): boolean {
  return payment !== null && payment.status !== 'SUCCEEDED' && payment.status !== 'DECLINED';
}
