import { queryOptions } from '@tanstack/react-query';
import { api, unwrap } from '@/lib/client';
import { bookingKeys } from './keys';

/** Seats that are offered from a waiting list become a hold at any moment. */
const REFRESH_MS = 20_000;

/** The bookings for which the traveller has to do something: pay, or decide about a schedule change. Offers of waiting lists are such bookings, too. */
export function noticesQuery() {
  return queryOptions({
    queryKey: [...bookingKeys.all(), 'notices'],
    queryFn: async ({ signal }) => {
      const query = { attention: true, limit: 20 };
      return (await unwrap(api.GET('/api/v1/bookings', { params: { query }, signal }))).data;
    },
    refetchInterval: REFRESH_MS,
    staleTime: REFRESH_MS / 2,
  });
}
