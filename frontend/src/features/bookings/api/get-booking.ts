import { t } from '@lingui/core/macro';
import { queryOptions } from '@tanstack/react-query';
import { isChanging } from '@/features/bookings/booking-state';
import type { Booking, Job } from '@/lib/api-types';
import { api, unwrapWithHeaders } from '@/lib/client';
import { asProblem, Problem, retryAfterMs } from '@/lib/problem';
import { now } from '@/lib/time/server-clock';
import { bookingKeys } from './keys';

/** How long the server may hold the response back until the job changes (long poll). */
const LONG_POLL_SECONDS = 20;
const AFTER_LONG_POLL_MS = 20;
const POLL_MS = 1_000;
const ERROR_POLL_MS = 5_000;
/** While a payment, a refund or a cancellation is in progress, which has no job of its own. */
const CHANGING_POLL_MS = 2_000;
/** While nothing is in progress. The airline may still move or cancel the flight. */
const IDLE_POLL_MS = 30_000;

interface BookingAndJob {
  job: Job;
  booking: Booking;
  /** When to poll again while the job runs; null once it is done. */
  pollAgainMs: number | null;
}

/**
 * A booking and its job (they have the same id), polled as long as the booking can change. The first request is answered at once. While
 * the job runs, the next ones are long polls (`Prefer: wait`). If the server does not support them, its `Retry-After` is the interval.
 */
export function bookingQuery(bookingId: string) {
  const queryKey = bookingKeys.detail(bookingId);
  return queryOptions({
    queryKey,
    queryFn: async ({ signal, client }): Promise<BookingAndJob> => {
      const known = client.getQueryData<BookingAndJob>(queryKey);
      const longPoll = known !== undefined && !known.job.done;
      const { data: job, headers } = await unwrapWithHeaders(
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
      const pollAtOnce = !longPoll || headers.has('Preference-Applied');
      const pollAgainMs = pollAtOnce ? AFTER_LONG_POLL_MS : (retryAfterMs(headers) ?? POLL_MS);
      return { job, booking, pollAgainMs };
    },
    refetchInterval: ({ state: { data, error } }) => {
      if (error) return asProblem(error).retryable && ERROR_POLL_MS;
      return data ? (data.pollAgainMs ?? refreshMs(data.booking)) : false;
    },
    staleTime: 2_000,
  });
}

/** When to poll a booking again whose job is done; false when it can no longer change. */
function refreshMs(booking: Booking): number | false {
  if (isChanging(booking)) return CHANGING_POLL_MS;
  if (!booking.payment_required_by) return booking.available_actions.length > 0 && IDLE_POLL_MS;
  // Just after the hold ends, to show the result.
  const leftMs = Date.parse(booking.payment_required_by) - now();
  return Math.min(Math.max(leftMs, POLL_MS), IDLE_POLL_MS);
}

/** Imports and cancellations of flights are jobs, too, and are shown on other pages. */
function notABooking(): Problem {
  return new Problem({ status: 404, code: 'booking_not_found', detail: () => t`There is no such booking.` });
}
