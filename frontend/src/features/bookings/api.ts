import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/lib/client';
import { asProblem } from '@/lib/problem';
import { retryable, retryDelay } from '@/lib/query';
import { wishAnswered, wishKey } from '@/lib/wish-key';
import { bodyOf, nameOf, type Wish } from './intent';

const PAGE = 20;

/** Books. Repeats by itself when no answer came: the key makes it the same booking. */
export function useBook() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wish: Wish) =>
      answer(
        api.POST('/api/v1/booking', {
          params: { header: { 'Idempotency-Key': wishKey(nameOf(wish)) } },
          body: bodyOf(wish),
        }),
      ),
    retry: retryable,
    retryDelay,
    onSuccess: (_, wish) => {
      wishAnswered(nameOf(wish));
      return queries.invalidateQueries({ queryKey: ['bookings'], refetchType: 'none' });
    },
    onError: (error, wish) => {
      if (!asProblem(error).retryable) wishAnswered(nameOf(wish));
      void queries.invalidateQueries({ queryKey: ['flights'] });
    },
  });
}

export function myBookings() {
  return infiniteQueryOptions({
    queryKey: ['bookings', 'mine'],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/api/v1/bookings', {
          params: { query: { limit: PAGE, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 0,
  });
}

/**
 * Looks at a booking again after something was done to it. Also after a refusal: it means that the booking is not what the page thinks
 * it is.
 */
function useLookAgain(bookingId: string) {
  const queries = useQueryClient();
  return () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ['job', bookingId] }),
      queries.invalidateQueries({ queryKey: ['bookings'] }),
      queries.invalidateQueries({ queryKey: ['flights'] }),
    ]);
}

/** What cancelling gives back now. A promise for a while; nothing is cancelled yet. */
export function useCancellationQuote(bookingId: string) {
  return useMutation({
    mutationFn: () =>
      answer(
        api.POST('/api/v1/bookings/{booking_id}/cancellations', {
          params: { path: { booking_id: bookingId } },
        }),
      ),
    retry: retryable,
    retryDelay,
  });
}

/** Cancels as quoted. The same quote cancels once, so this repeats by itself when no answer came. */
export function useCancellation(bookingId: string) {
  return useMutation({
    mutationFn: (quoteId: string) =>
      answer(
        api.POST('/api/v1/cancellations/{cancellation_id}/confirm', {
          params: { path: { cancellation_id: quoteId } },
        }),
      ),
    retry: retryable,
    retryDelay,
    onSettled: useLookAgain(bookingId),
  });
}

/** Charges a card. Never repeated by itself: after a lost answer the booking tells whether the charge has begun. */
export function usePay(bookingId: string) {
  return useMutation({
    mutationFn: (token: string) =>
      answer(
        api.POST('/api/v1/bookings/{booking_id}/payments', {
          params: { path: { booking_id: bookingId } },
          body: { token },
        }),
      ),
    onSettled: useLookAgain(bookingId),
  });
}

export function useKeepNewTimes(bookingId: string) {
  return useMutation({
    mutationFn: () =>
      answer(
        api.POST('/api/v1/bookings/{booking_id}/schedule-change', {
          params: { path: { booking_id: bookingId } },
          body: { action: 'keep' },
        }),
      ),
    retry: retryable,
    retryDelay,
    onSettled: useLookAgain(bookingId),
  });
}

export function useCorrectName(bookingId: string) {
  return useMutation({
    mutationFn: ({ position, name }: { position: number; name: string }) =>
      answer(
        api.PATCH('/api/v1/bookings/{booking_id}/passengers/{position}', {
          params: { path: { booking_id: bookingId, position } },
          body: { name },
        }),
      ),
    retry: retryable,
    retryDelay,
    onSettled: useLookAgain(bookingId),
  });
}
