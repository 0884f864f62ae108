import { infiniteQueryOptions } from '@tanstack/react-query';
import { answer, api } from '@/lib/client';
import { bookingKeys } from './keys';

/** Many at once: they are shown in order of departure, not in the order in which the server lists them. */
const PAGE_SIZE = 100;

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
