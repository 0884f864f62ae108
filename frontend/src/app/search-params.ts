import { itineraryOf, type Leg } from '@/lib/itinerary';
import { type Day, isDay } from '@/lib/time';

/** What an address may say after its `?`. Anything that does not fit is left out, as if it had not been written. */
type Given = Record<string, unknown>;

/** A search: its results are shown once places and day are known. */
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

/** The search that finds a flight and the others of its day: same places, same local day of departure. */
export function searchFor(leg: Leg, seats: number): SearchParams {
  const { from } = itineraryOf(leg);
  return { from: leg.source, to: leg.destination, date: from.date, ...(seats > 1 && { seats }) };
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
