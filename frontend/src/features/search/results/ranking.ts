import type { Sort } from '@/features/search/queries';
import type { Offer } from './offer';

/** What a stop is worth: with one stop more, a way to fly must be an hour faster. */
const STOP_MINUTES = 60;

/** Best first by this order; what cannot be chosen comes last. */
export function ranked(offers: readonly Offer[], sort: Sort): Offer[] {
  const measure = measureOf(offers, sort);
  const order = offers.map((offer) => ({ offer, rank: measure(offer) }));
  order.sort(
    (a, b) =>
      Number(a.offer.obstacle !== null) - Number(b.offer.obstacle !== null) ||
      a.rank - b.rank ||
      departure(a.offer) - departure(b.offer),
  );
  return order.map(({ offer }) => offer);
}

/** The ones that stand out among those that can be chosen; nothing when there are fewer than two of them. */
export function labelsOf(offers: readonly Offer[]): Map<string, string> {
  const open = offers.filter(({ obstacle }) => obstacle === null);
  const labels = new Map<string, string>();
  if (open.length < 2) return labels;
  const best = ranked(open, 'best')[0];
  const fastest = ranked(open, 'fastest')[0];
  // Amounts in different currencies cannot be compared.
  const cheapest = isOneCurrency(open) ? ranked(open, 'price')[0] : undefined;
  for (const [offer, label] of [
    [best, 'Best'],
    [cheapest, 'Cheapest'],
    [fastest, 'Fastest'],
  ] as const) {
    if (offer) labels.set(offer.key, [labels.get(offer.key), label].filter(Boolean).join(', '));
  }
  return labels;
}

/** The one that gets the filled button: the best that can be chosen. */
export function bestOf(offers: readonly Offer[]): Offer | undefined {
  return ranked(offers, 'best').find(({ obstacle }) => obstacle === null);
}

export function isOneCurrency(offers: readonly Offer[]): boolean {
  return new Set(offers.map(({ currency }) => currency)).size <= 1;
}

/** Best: the price compared with the cheapest plus the duration compared with the fastest. Without one currency only the duration counts. */
function measureOf(offers: readonly Offer[], sort: Sort): (offer: Offer) => number {
  const comparable = isOneCurrency(offers);
  switch (sort) {
    case 'departure':
      return departure;
    case 'fastest':
      return ({ minutes }) => minutes;
    case 'price':
      return ({ price, minutes }) => (comparable ? Number(price) : minutes);
    case 'best': {
      const open = offers.filter(({ obstacle }) => obstacle === null);
      const cheapest = Math.max(Math.min(...open.map(({ price }) => Number(price))), 0.01);
      const fastest = Math.max(Math.min(...open.map(slowness)), 1);
      return (offer) => (comparable ? Number(offer.price) / cheapest : 0) + slowness(offer) / fastest;
    }
  }
}

function slowness({ minutes, stops }: Offer): number {
  return minutes + stops * STOP_MINUTES;
}

function departure({ segments }: Offer): number {
  return Date.parse(segments[0]?.departure_ts ?? '');
}
