import { t } from '@lingui/core/macro';
import type { Sort } from '@/features/search/queries';
import type { SearchResult } from './search-result';

/** The weight of a stop in the ranking `best`: a result with one more stop has to be an hour faster. */
const STOP_MINUTES = 60;

/** The results in this order, best first. Results that cannot be chosen come last. Prices in different currencies cannot be compared: in the order of price, they are grouped by currency. */
export function ranked(results: readonly SearchResult[], sort: Sort): SearchResult[] {
  const measure = measureOf(results, sort);
  const groups = currenciesOf(results);
  const order = results.map((result) => ({
    result,
    group: sort === 'price' ? groups.indexOf(result.currency) : 0,
    rank: measure(result),
  }));
  order.sort(
    (a, b) =>
      Number(a.result.obstacle !== null) - Number(b.result.obstacle !== null) ||
      a.group - b.group ||
      a.rank - b.rank ||
      departure(a.result) - departure(b.result),
  );
  return order.map(({ result }) => result);
}

/** The labels `Best`, `Cheapest` and `Fastest`, by the keys of the results that can be chosen; empty if there are fewer than two of them. */
export function labelsOf(results: readonly SearchResult[]): Map<string, string> {
  const open = results.filter(({ obstacle }) => obstacle === null);
  const labels = new Map<string, string>();
  if (open.length < 2) return labels;
  const best = ranked(open, 'best')[0];
  const fastest = ranked(open, 'fastest')[0];
  const cheapest = isOneCurrency(open) ? ranked(open, 'price')[0] : undefined;
  for (const [result, label] of [
    [best, t`Best`],
    [cheapest, t`Cheapest`],
    [fastest, t`Fastest`],
  ] as const) {
    if (result) labels.set(result.key, [labels.get(result.key), label].filter(Boolean).join(', '));
  }
  return labels;
}

/** The best result that can be chosen. It gets the filled button. */
export function bestOf(results: readonly SearchResult[]): SearchResult | undefined {
  return ranked(results, 'best').find(({ obstacle }) => obstacle === null);
}

export function isOneCurrency(results: readonly SearchResult[]): boolean {
  return currenciesOf(results).length <= 1;
}

/** The one of most results first. */
export function currenciesOf(results: readonly SearchResult[]): string[] {
  const count = new Map<string, number>();
  for (const { currency } of results) count.set(currency, (count.get(currency) ?? 0) + 1);
  return [...count]
    .sort(([one, some], [other, more]) => more - some || one.localeCompare(other))
    .map(([currency]) => currency);
}

/** Best: the price compared with the cheapest of its currency plus the duration compared with the fastest. */
function measureOf(results: readonly SearchResult[], sort: Sort): (result: SearchResult) => number {
  switch (sort) {
    case 'departure':
      return departure;
    case 'fastest':
      return ({ minutes }) => minutes;
    case 'price':
      return ({ price }) => Number(price);
    case 'best': {
      const open = results.filter(({ obstacle }) => obstacle === null);
      const cheapest = new Map<string, number>();
      for (const { price, currency } of open)
        cheapest.set(currency, Math.max(Math.min(Number(price), cheapest.get(currency) ?? Infinity), 0.001));
      const fastest = Math.max(Math.min(...open.map(slowness)), 1);
      return (result) =>
        Number(result.price) / (cheapest.get(result.currency) ?? Infinity) + slowness(result) / fastest;
    }
  }
}

function slowness({ minutes, stops }: SearchResult): number {
  return minutes + stops * STOP_MINUTES;
}

function departure({ segments }: SearchResult): number {
  return Date.parse(segments[0]?.departure_ts ?? '');
}
