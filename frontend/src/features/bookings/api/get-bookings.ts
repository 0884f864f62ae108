import { infiniteQueryOptions } from '@tanstack/react-query';
import { api, unwrap } from '@/lib/client';
import { bookingKeys } from './keys';

/** A large page, because bookings are shown in the order of departure, and the server lists them in another order. */
const PAGE_SIZE = 100;

/** The bookings of the account, newest first. */
export function bookingsQuery() {
  return infiniteQueryOptions({
    queryKey: bookingKeys.list(),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
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
