import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/lib/client';
import { asProblem } from '@/lib/problem';
import { retryable, retryDelay } from '@/lib/query';
import type { Booking } from '@/lib/wire';
import { bodyOf, keyOf, usedUp, type Wish } from './intent';

const PAGE = 20;

/** Books. Repeats by itself when no answer came: the key makes it the same booking. */
export function useBook() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wish: Wish) =>
      answer(
        api.POST('/api/v1/booking', {
          params: { header: { 'Idempotency-Key': keyOf(wish) } },
          body: bodyOf(wish),
        }),
      ),
    retry: retryable,
    retryDelay,
    onSuccess: (_, wish) => {
      usedUp(wish);
      return queries.invalidateQueries({ queryKey: ['bookings'], refetchType: 'none' });
    },
    onError: (error, wish) => {
      if (!asProblem(error).retryable) usedUp(wish);
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

export function useCancel() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (booking: Booking) =>
      answer(api.DELETE('/api/v1/bookings/{booking_id}', { params: { path: { booking_id: booking.id } } })),
    retry: retryable,
    retryDelay,
    // Also after a refusal: it means that the booking is not what this page thinks it is.
    onSettled: (_, __, booking) =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['bookings'] }),
        queries.invalidateQueries({ queryKey: ['job', booking.id] }),
        queries.invalidateQueries({ queryKey: ['flights'] }),
      ]),
  });
}
