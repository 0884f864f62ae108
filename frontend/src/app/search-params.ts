import { localSchedule, type Schedule } from '@/lib/schedule';
import { type Day, isDay } from '@/lib/time';

/** What stands in an address after its `?`. What does not fit is left out, as if it had not been written. */
type Given = Record<string, unknown>;

/** A search for flights. Its results are shown once it has both places and the day. */
export interface SearchParams {
  from?: string;
  to?: string;
  date?: Day;
  sort?: 'price' | 'fastest';
  seats?: number;
}

export function searchParams(given: Given): SearchParams {
  return {
    ...textParam('from', given.from),
    ...textParam('to', given.to),
    ...(typeof given.date === 'string' && isDay(given.date) && { date: given.date }),
    ...((given.sort === 'price' || given.sort === 'fastest') && { sort: given.sort }),
    ...seatsParam(given),
  };
}

/** The search that finds these flights again: from the same place to the same place on the same local day. */
export function searchFor(schedule: Schedule, seats: number): SearchParams {
  const { date } = localSchedule(schedule).departure;
  return { from: schedule.source, to: schedule.destination, date, ...(seats > 1 && { seats }) };
}

/** An itinerary of several flights: their ids with commas between them, in the order of travel. */
export interface ItineraryParams {
  flights?: string;
  seats?: number;
}

export function itineraryParams(given: Given): ItineraryParams {
  return { ...textParam('flights', given.flights), ...seatsParam(given) };
}

const FLIGHT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MAX_FLIGHTS = 6;

/** The ids of two to six different flights; null for anything else. */
export function flightIds({ flights = '' }: ItineraryParams): string[] | null {
  const ids = flights.split(',');
  const fits = ids.length >= 2 && ids.length <= MAX_FLIGHTS && new Set(ids).size === ids.length;
  return fits && ids.every((id) => FLIGHT_ID.test(id)) ? ids : null;
}

export function seatsParam(given: Given): { seats?: number } {
  const seats = Number(given.seats);
  return Number.isInteger(seats) && seats >= 1 && seats <= 9 ? { seats } : {};
}

/** Where to go after signing in: a path of this app and nothing else. */
export function nextParam({ next }: Given): { next?: string } {
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) ? { next } : {};
}

export function textParam<Name extends string>(name: Name, value: unknown): { [key in Name]?: string } {
  return typeof value === 'string' && value ? ({ [name]: value } as { [key in Name]?: string }) : {};
}
