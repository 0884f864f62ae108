import type { Flight } from '@/lib/wire';

/** What a party pays for all flights together, in hundredths so that no binary fraction shows; null when they have no common currency. */
export function tripPrice(
  flights: readonly Flight[],
  seats: number,
): { amount: string; currency: string } | null {
  const [first] = flights;
  if (!first || flights.some(({ currency }) => currency !== first.currency)) return null;
  const hundredths = flights.reduce((sum, { price }) => sum + Math.round(Number(price) * 100), 0);
  return { amount: ((hundredths * seats) / 100).toFixed(2), currency: first.currency };
}
