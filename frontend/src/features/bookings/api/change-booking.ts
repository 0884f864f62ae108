import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/lib/client';
import { clearIdempotencyKey, idempotencyKey } from '@/lib/idempotency-key';
import { asProblem } from '@/lib/problem';
import { RETRY } from '@/lib/query-client';
import { bookingKeys } from './keys';

/** Loads the bookings on the screen again. Also after a refusal, which means that the booking is not as the page shows it. */
function useReload() {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: bookingKeys.all() });
}

/** Requests a quote: what cancelling would refund now. It is valid for some minutes. Nothing is cancelled yet. */
export function useCancellationQuote(bookingId: string) {
  return useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/v1/bookings/{booking_id}/cancellations', {
          params: { path: { booking_id: bookingId } },
        }),
      ),
    ...RETRY,
  });
}

/** Cancels as quoted. The server accepts a quote once, so the request can be repeated if the response was lost. */
export function useCancelBooking() {
  return useMutation({
    mutationFn: (quoteId: string) =>
      unwrap(
        api.POST('/api/v1/cancellations/{cancellation_id}/confirm', {
          params: { path: { cancellation_id: quoteId } },
        }),
      ),
    ...RETRY,
    onSettled: useReload(),
  });
}

/** Charges a card. If the response is lost, the request is repeated with the same idempotency key, so that there is one payment. */
export function usePayBooking(bookingId: string) {
  const reload = useReload();
  const request = (token: string) => `pay ${bookingId} ${token}`;
  return useMutation({
    mutationFn: (token: string) =>
      unwrap(
        api.POST('/api/v1/bookings/{booking_id}/payments', {
          params: {
            path: { booking_id: bookingId },
            header: { 'Idempotency-Key': idempotencyKey(request(token)) },
          },
          body: { token },
        }),
      ),
    ...RETRY,
    onSettled: (_, error, token) => {
      // While the error may be gone at the next try, the payment may still have begun: keep its key.
      if (!error || !asProblem(error).retryable) clearIdempotencyKey(request(token));
      return reload();
    },
  });
}

export function useAcceptScheduleChange(bookingId: string) {
  return useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/v1/bookings/{booking_id}/schedule-change', {
          params: { path: { booking_id: bookingId } },
          body: { action: 'keep' },
        }),
      ),
    ...RETRY,
    onSettled: useReload(),
  });
}

export function useRenamePassenger(bookingId: string) {
  return useMutation({
    mutationFn: ({ position, name }: { position: number; name: string }) =>
      unwrap(
        api.PATCH('/api/v1/bookings/{booking_id}/passengers/{position}', {
          params: { path: { booking_id: bookingId, position } },
          body: { name },
        }),
      ),
    ...RETRY,
    onSettled: useReload(),
  });
}

/** Adds the name of a traveller who was not named yet. It is never repeated: a second request would give another traveller the same name. */
export function useNamePassenger(bookingId: string) {
  return useMutation({
    mutationFn: (name: string) =>
      unwrap(
        api.PATCH('/api/v1/bookings/{booking_id}/passengers', {
          params: { path: { booking_id: bookingId } },
          body: { passengers: [{ name }] },
        }),
      ),
    onSettled: useReload(),
  });
}
