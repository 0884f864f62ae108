import type { Sort } from '@/features/search/queries';
import type { SearchResult } from './search-result';

/** What a stop is worth: with one stop more, a way to fly must be an hour faster. */
const STOP_MINUTES = 60;

/** Best first by this order; what cannot be chosen comes last. */
export function ranked(results: readonly SearchResult[], sort: Sort): SearchResult[] {
  const measure = measureOf(results, sort);
  const order = results.map((result) => ({ result, rank: measure(result) }));
  order.sort(
    (a, b) =>
      Number(a.result.obstacle !== null) - Number(b.result.obstacle !== null) ||
      a.rank - b.rank ||
      departure(a.result) - departure(b.result),
  );
  return order.map(({ result }) => result);
}

/** The ones that stand out among those that can be chosen; nothing when there are fewer than two of them. */
export function labelsOf(results: readonly SearchResult[]): Map<string, string> {
  const open = results.filter(({ obstacle }) => obstacle === null);
  const labels = new Map<string, string>();
  if (open.length < 2) return labels;
  const best = ranked(open, 'best')[0];
  const fastest = ranked(open, 'fastest')[0];
  // Amounts in different currencies cannot be compared.
  const cheapest = isOneCurrency(open) ? ranked(open, 'price')[0] : undefined;
  for (const [result, label] of [
    [best, 'Best'],
    [cheapest, 'Cheapest'],
    [fastest, 'Fastest'],
  ] as const) {
    if (result) labels.set(result.key, [labels.get(result.key), label].filter(Boolean).join(', '));
  }
  return labels;
}

/** The one that gets the filled button: the best that can be chosen. */
export function bestOf(results: readonly SearchResult[]): SearchResult | undefined {
  return ranked(results, 'best').find(({ obstacle }) => obstacle === null);
}

export function isOneCurrency(results: readonly SearchResult[]): boolean {
  return new Set(results.map(({ currency }) => currency)).size <= 1;
}

/** Best: the price compared with the cheapest plus the duration compared with the fastest. Without one currency only the duration counts. */
function measureOf(results: readonly SearchResult[], sort: Sort): (result: SearchResult) => number {
  const comparable = isOneCurrency(results);
  switch (sort) {
    case 'departure':
      return departure;
    case 'fastest':
      return ({ minutes }) => minutes;
    case 'price':
      return ({ price, minutes }) => (comparable ? Number(price) : minutes);
    case 'best': {
      const open = results.filter(({ obstacle }) => obstacle === null);
      const cheapest = Math.max(Math.min(...open.map(({ price }) => Number(price))), 0.01);
      const fastest = Math.max(Math.min(...open.map(slowness)), 1);
      return (result) => (comparable ? Number(result.price) / cheapest : 0) + slowness(result) / fastest;
    }
  }
}

function slowness({ minutes, stops }: SearchResult): number {
  return minutes + stops * STOP_MINUTES;
}

function departure({ segments }: SearchResult): number {
  return Date.parse(segments[0]?.departure_ts ?? '');
}
