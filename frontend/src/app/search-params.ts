import type { Sort } from '@/features/search/queries';
import { type Filters, filterCount, parseFilters } from '@/features/search/results/filters';
import { furtherLegs, MAX_FLIGHTS, type TripParams, tripParams } from '@/features/search/trip';
import { itinerariesOf } from '@/lib/itineraries';
import { localSchedule, type Schedule, wholeSchedule } from '@/lib/time/schedule';
import { isDay } from '@/lib/time/time';

/** The unchecked search parameters of an address (after its `?`). Invalid ones are left out. */
type RawParams = Record<string, unknown>;

/** A search for flights. Its results are shown once it has both places and the day. */
export interface SearchParams extends TripParams {
  seats?: number;
  /** The flights of the legs that were chosen already: `id,id;id`. */
  picked?: string;
  sort?: Sort;
  filters?: Filters;
  /** How many results are shown. */
  show?: number;
}

const SORTS = new Set<unknown>(['best', 'price', 'fastest', 'departure']);

export function searchParams(raw: RawParams): SearchParams {
  const more = furtherLegs(raw.more);
  const filters =
    typeof raw.filters === 'object' && raw.filters ? parseFilters(raw.filters as RawParams) : {};
  return {
    ...textParam('from', raw.from),
    ...textParam('to', raw.to),
    ...(isDayText(raw.date) && { date: raw.date }),
    ...(isDayText(raw.back) && !more && { back: raw.back }),
    ...(more && { more }),
    ...(isPicked(raw.picked) && { picked: raw.picked }),
    ...(SORTS.has(raw.sort) && { sort: raw.sort as Sort }),
    ...(filterCount(filters) > 0 && { filters }),
    ...(typeof raw.show === 'number' && raw.show > 0 && { show: Math.floor(raw.show) }),
    ...seatsParam(raw),
  };
}

function isDayText(value: unknown): value is string {
  return typeof value === 'string' && isDay(value);
}

function isPicked(value: unknown): value is string {
  return typeof value === 'string' && value.split(/[;,]/).every((id) => FLIGHT_ID.test(id));
}

/** The search for the routes and local days of these flights. */
export function searchFor(flights: readonly Schedule[], seats: number): SearchParams {
  const legs = itinerariesOf(flights).map((itinerary) => {
    const whole = wholeSchedule(itinerary);
    return { from: whole.source, to: whole.destination, date: localSchedule(whole).departure.date };
  });
  return { ...tripParams(legs), ...(seats > 1 && { seats }) };
}

/** An itinerary of several flights: their ids with commas between them, in the order of travel. */
interface ItineraryParams {
  flights?: string;
  seats?: number;
}

export function itineraryParams(raw: RawParams): ItineraryParams {
  return { ...textParam('flights', raw.flights), ...seatsParam(raw) };
}

const FLIGHT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The ids of two to six different flights; null for anything else. */
export function flightIds({ flights = '' }: ItineraryParams): string[] | null {
  const ids = flights.split(',');
  const fits = ids.length >= 2 && ids.length <= MAX_FLIGHTS && new Set(ids).size === ids.length;
  return fits && ids.every((id) => FLIGHT_ID.test(id)) ? ids : null;
}

export function seatsParam(raw: RawParams): { seats?: number } {
  const seats = Number(raw.seats);
  return Number.isInteger(seats) && seats >= 1 && seats <= 9 ? { seats } : {};
}

/** Where to go after signing in: a path of this app and nothing else. */
export function nextParam({ next }: RawParams): { next?: string } {
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) ? { next } : {};
}

export function textParam<Name extends string>(name: Name, value: unknown): { [key in Name]?: string } {
  return typeof value === 'string' && value ? ({ [name]: value } as { [key in Name]?: string }) : {};
}
