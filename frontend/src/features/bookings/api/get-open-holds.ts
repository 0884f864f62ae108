import { queryOptions } from '@tanstack/react-query';
import { isPayable } from '@/features/bookings/booking-state';
import { answer, api } from '@/lib/client';
import { bookingKeys } from './keys';

/** Seats that are offered from a waiting list become a hold at any moment. */
const REFRESH_MS = 20_000;

/** The bookings whose seats wait for payment, the one that ends first in front. Offers of waiting lists are such bookings, too. */
export function openHoldsQuery() {
  return queryOptions({
    queryKey: [...bookingKeys.all(), 'open-holds'],
    queryFn: async ({ signal }) => {
      const query = { status: 'HELD' as const, limit: 20 };
      const { data } = await answer(api.GET('/api/v1/bookings', { params: { query }, signal }));
      return data
        .filter(isPayable)
        .sort((one, other) => Date.parse(one.hold_expires_at) - Date.parse(other.hold_expires_at));
    },
    refetchInterval: REFRESH_MS,
    staleTime: REFRESH_MS / 2,
  });
}
