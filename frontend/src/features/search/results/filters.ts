import { msg } from '@lingui/core/macro';
import { wholeSchedule } from '@/lib/time/schedule';
import { clock } from '@/lib/time/time';
import { isOneCurrency } from './ranking';
import type { SearchResult } from './search-result';

/** A part of a day, by its hours. */
export const DAY_PARTS = {
  night: { label: msg`Night`, hours: '00–06', from: 0 },
  morning: { label: msg`Morning`, hours: '06–12', from: 6 },
  afternoon: { label: msg`Afternoon`, hours: '12–18', from: 12 },
  evening: { label: msg`Evening`, hours: '18–24', from: 18 },
} as const;
export type DayPart = keyof typeof DAY_PARTS;

/** The filters of the results. A missing list means no filter. */
export interface Filters {
  /** At most so many. */
  stops?: 0 | 1;
  departure?: DayPart[];
  arrival?: DayPart[];
  /** In whole units, for the party. */
  maxPrice?: number;
  /** Codes. */
  airlines?: string[];
}

/** The results that match the filters. The highest price is ignored if there are several currencies. */
export function filterResults(
  results: readonly SearchResult[],
  { maxPrice, ...filters }: Filters,
): SearchResult[] {
  const limit = maxPrice !== undefined && isOneCurrency(results) ? { maxPrice } : {};
  return results.filter((result) => matches(result, { ...filters, ...limit }));
}

export function filterCount(filters: Filters): number {
  return Object.values(filters).filter((value) => value !== undefined).length;
}

function matches(result: SearchResult, { stops, departure, arrival, maxPrice, airlines }: Filters): boolean {
  const schedule = wholeSchedule(result.segments);
  return (
    (stops === undefined || result.stops <= stops) &&
    (!departure || departure.includes(dayPartOf(schedule.departure_ts, schedule.source_timezone))) &&
    (!arrival || arrival.includes(dayPartOf(schedule.arrival_ts, schedule.destination_timezone))) &&
    (maxPrice === undefined || Math.ceil(Number(result.price)) <= maxPrice) &&
    (!airlines || result.airlines.every((code) => airlines.includes(code)))
  );
}

function dayPartOf(instant: string, zone: string | null): DayPart {
  const hour = Number(clock(instant, zone).slice(0, 2));
  if (hour < DAY_PARTS.morning.from) return 'night';
  if (hour < DAY_PARTS.afternoon.from) return 'morning';
  return hour < DAY_PARTS.evening.from ? 'afternoon' : 'evening';
}

/** The filters in an address. Invalid ones are left out. */
export function parseFilters(given: Record<string, unknown>): Filters {
  const stops = given.stops === 0 || given.stops === 1 ? given.stops : undefined;
  const departure = dayPartsFrom(given.departure);
  const arrival = dayPartsFrom(given.arrival);
  const { maxPrice } = given;
  const airlines = Array.isArray(given.airlines)
    ? given.airlines.filter((code) => typeof code === 'string')
    : [];
  return {
    ...(stops !== undefined && { stops }),
    ...(departure && { departure }),
    ...(arrival && { arrival }),
    ...(typeof maxPrice === 'number' && maxPrice > 0 && { maxPrice }),
    ...(airlines.length > 0 && { airlines }),
  };
}

function dayPartsFrom(value: unknown): DayPart[] | null {
  if (!Array.isArray(value)) return null;
  const known = value.filter(
    (name): name is DayPart => typeof name === 'string' && Object.hasOwn(DAY_PARTS, name),
  );
  return known.length > 0 ? known : null;
}
