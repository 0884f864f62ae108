import type { Flight, Price } from '@/lib/api-types';
import { add, multiply } from '@/lib/money';

/** What seats on all these flights cost, which are sold in one currency. */
export function totalOf(flights: readonly Flight[], seats: number): Price {
  return {
    amount: add(...flights.map(({ price }) => multiply(price, seats))),
    currency: flights[0]?.currency ?? '',
  };
}
