import { t } from '@lingui/core/macro';
import { queryOptions } from '@tanstack/react-query';
import { isChanging } from '@/features/bookings/booking-state';
import { answerWithHeaders, api } from '@/lib/client';
import { asProblem, Problem, retryAfterMs } from '@/lib/problem';
import { now } from '@/lib/time/server-clock';
import type { Booking, Job } from '@/lib/wire';
import { bookingKeys } from './keys';

/** How long the server may keep its answer back until something happens to the job. */
const LONG_POLL_SECONDS = 20;
const AFTER_LONG_POLL_MS = 20;
const POLL_MS = 1_000;
const AFTER_ERROR_MS = 5_000;
/** While a payment, a refund or a cancellation goes on: no job tells when it ends. */
const WHILE_CHANGING_MS = 2_000;
/** While nothing goes on: the airline may move the flight or cancel it. */
const AT_REST_MS = 30_000;

interface BookingAndJob {
  job: Job;
  booking: Booking;
  /** When to ask again while the job runs; null once it is done. */
  pollAgainMs: number | null;
}

/**
 * A booking and the job that makes it (they have the same id), loaded again for as long as something can happen to them. The first
 * request is answered at once. While the job runs, the next ones are long polls (`Prefer: wait`); a server that does not take them is
 * asked as often as its `Retry-After` says.
 */
export function bookingQuery(bookingId: string) {
  const queryKey = bookingKeys.detail(bookingId);
  return queryOptions({
    queryKey,
    queryFn: async ({ signal, client }): Promise<BookingAndJob> => {
      const known = client.getQueryData<BookingAndJob>(queryKey);
      const longPoll = known !== undefined && !known.job.done;
      const { data: job, headers } = await answerWithHeaders(
        api.GET('/api/v1/jobs/{job_id}', {
          params: {
            path: { job_id: bookingId },
            header: longPoll ? { Prefer: `wait=${LONG_POLL_SECONDS}` } : {},
          },
          signal,
        }),
      );
      const { booking } = job;
      if (!booking) throw notABooking();
      if (job.done) return { job, booking, pollAgainMs: null };
      const askAtOnce = !longPoll || headers.has('Preference-Applied');
      const pollAgainMs = askAtOnce ? AFTER_LONG_POLL_MS : (retryAfterMs(headers) ?? POLL_MS);
      return { job, booking, pollAgainMs };
    },
    refetchInterval: ({ state: { data, error } }) => {
      if (error) return asProblem(error).retryable && AFTER_ERROR_MS;
      return data ? (data.pollAgainMs ?? refreshMs(data.booking)) : false;
    },
    staleTime: 2_000,
  });
}

/** When to load a booking again whose job is done; false when nothing can happen to it any more. */
function refreshMs(booking: Booking): number | false {
  if (isChanging(booking)) return WHILE_CHANGING_MS;
  if (!booking.payment_required_by) return booking.available_actions.length > 0 && AT_REST_MS;
  // Just after the hold ends, to show what became of it.
  const leftMs = Date.parse(booking.payment_required_by) - now();
  return Math.min(Math.max(leftMs, POLL_MS), AT_REST_MS);
}

/** Imports and cancellations of flights are jobs, too, and are shown on other pages. */
function notABooking(): Problem {
  return new Problem({ status: 404, code: 'booking_not_found', detail: () => t`There is no such booking.` });
}
