import { infiniteQueryOptions } from '@tanstack/react-query';
import { answer, api } from '@/lib/client';
import { bookingKeys } from './keys';

const PAGE_SIZE = 20;

/** The bookings of the account, newest first. */
export function bookingsQuery() {
  return infiniteQueryOptions({
    queryKey: bookingKeys.list(),
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/api/v1/bookings', {
          params: { query: { limit: PAGE_SIZE, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 0,
  });
}
