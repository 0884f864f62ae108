import { msg } from '@lingui/core/macro';
import { wholeSchedule } from '@/lib/time/schedule';
import { clock } from '@/lib/time/time';
import { isOneCurrency } from './ranking';
import type { SearchResult } from './search-result';

/** A part of a day, by its hours. */
export const WINDOWS = {
  night: { label: msg`Night`, hours: '00–06', from: 0 },
  morning: { label: msg`Morning`, hours: '06–12', from: 6 },
  afternoon: { label: msg`Afternoon`, hours: '12–18', from: 12 },
  evening: { label: msg`Evening`, hours: '18–24', from: 18 },
} as const;
export type Window = keyof typeof WINDOWS;

/** What is to be shown. A list that is not there lets everything pass. */
export interface Filters {
  /** At most so many. */
  stops?: 0 | 1;
  departure?: Window[];
  arrival?: Window[];
  /** In whole units, for the party. */
  maxPrice?: number;
  /** Codes. */
  airlines?: string[];
}

/** A highest price means nothing where there are several currencies. */
export function filtered(
  results: readonly SearchResult[],
  { maxPrice, ...filters }: Filters,
): SearchResult[] {
  const limit = maxPrice !== undefined && isOneCurrency(results) ? { maxPrice } : {};
  return results.filter((result) => fits(result, { ...filters, ...limit }));
}

export function filterCount(filters: Filters): number {
  return Object.values(filters).filter((value) => value !== undefined).length;
}

function fits(result: SearchResult, { stops, departure, arrival, maxPrice, airlines }: Filters): boolean {
  const schedule = wholeSchedule(result.segments);
  return (
    (stops === undefined || result.stops <= stops) &&
    (!departure || departure.includes(windowOf(schedule.departure_ts, schedule.source_timezone))) &&
    (!arrival || arrival.includes(windowOf(schedule.arrival_ts, schedule.destination_timezone))) &&
    (maxPrice === undefined || Math.ceil(Number(result.price)) <= maxPrice) &&
    (!airlines || result.airlines.every((code) => airlines.includes(code)))
  );
}

function windowOf(instant: string, zone: string | null): Window {
  const hour = Number(clock(instant, zone).slice(0, 2));
  if (hour < WINDOWS.morning.from) return 'night';
  if (hour < WINDOWS.afternoon.from) return 'morning';
  return hour < WINDOWS.evening.from ? 'afternoon' : 'evening';
}

/** What an address says about filters. What does not fit is left out. */
export function filtersFrom(given: Record<string, unknown>): Filters {
  const stops = given.stops === 0 || given.stops === 1 ? given.stops : undefined;
  const departure = windowsFrom(given.departure);
  const arrival = windowsFrom(given.arrival);
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

function windowsFrom(value: unknown): Window[] | null {
  if (!Array.isArray(value)) return null;
  const known = value.filter(
    (name): name is Window => typeof name === 'string' && Object.hasOwn(WINDOWS, name),
  );
  return known.length > 0 ? known : null;
}
