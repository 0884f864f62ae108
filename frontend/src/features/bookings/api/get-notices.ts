import { queryOptions } from '@tanstack/react-query';
import { answer, api } from '@/lib/client';
import { bookingKeys } from './keys';

/** Seats that are offered from a waiting list become a hold at any moment. */
const REFRESH_MS = 20_000;

/** The bookings that ask for something: a payment, or an answer to new times. Offers of waiting lists are such bookings, too. */
export function noticesQuery() {
  return queryOptions({
    queryKey: [...bookingKeys.all(), 'notices'],
    queryFn: async ({ signal }) => {
      const query = { attention: true, limit: 20 };
      return (await answer(api.GET('/api/v1/bookings', { params: { query }, signal }))).data;
    },
    refetchInterval: REFRESH_MS,
    staleTime: REFRESH_MS / 2,
  });
}
