import { plural, t } from '@lingui/core/macro';
import { MAX_FLIGHTS } from '@/features/search/trip';
import { airlineCode } from '@/lib/airlines';
import type { Flight, Itinerary } from '@/lib/api-types';
import { multiply } from '@/lib/money';
import { minutesBetween } from '@/lib/time/time';

/** One result of a search: a flight, or several that connect. */
export interface SearchResult {
  key: string;
  /** In the order of travel; at least one. */
  segments: Flight[];
  stops: number;
  minutes: number;
  /** For the whole party. */
  price: string;
  currency: string;
  /** Of the fullest flight. */
  seatsLeft: number;
  airlines: string[];
  /** Why it cannot be chosen: "Sold out"; null when it can. */
  obstacle: string | null;
}

/** What the traveller has chosen for the legs before this one. */
export interface ChosenLegs {
  flights: number;
  /** When its last flight arrives; null on the first leg. */
  arrival: string | null;
  currency: string | null;
  /** Legs that are still to be chosen after this one. */
  legsAfter: number;
}

export const FIRST_LEG: ChosenLegs = { flights: 0, arrival: null, currency: null, legsAfter: 0 };

export function directResult(flight: Flight, seats: number, before: ChosenLegs): SearchResult {
  return searchResult([flight], multiply(flight.price, seats), seats, before);
}

export function connectingResult(itinerary: Itinerary, seats: number, before: ChosenLegs): SearchResult {
  return searchResult(itinerary.segments, itinerary.total_price, seats, before);
}

function searchResult(segments: Flight[], price: string, seats: number, before: ChosenLegs): SearchResult {
  const first = segments[0];
  const last = segments.at(-1);
  if (!first || !last) throw new RangeError('A result has at least one flight.');
  const seatsLeft = Math.min(...segments.map(({ available_seats }) => available_seats));
  return {
    key: segments.map(({ id }) => id).join(),
    segments,
    stops: segments.length - 1,
    minutes: minutesBetween(first.departure_ts, last.arrival_ts),
    price,
    currency: first.currency,
    seatsLeft,
    airlines: [...new Set(segments.map(({ flight_number }) => airlineCode(flight_number)))],
    obstacle: obstacleTo(segments, seats, seatsLeft, before),
  };
}

function obstacleTo(
  segments: readonly Flight[],
  seats: number,
  seatsLeft: number,
  before: ChosenLegs,
): string | null {
  if (segments.some(({ status }) => status === 'CANCELLED'))
    return t({ message: 'Cancelled', context: 'flight' });
  if (seatsLeft <= 0) return t`Sold out`;
  if (seatsLeft < seats) return plural({ seats: seatsLeft }, { one: 'Only # left', other: 'Only # left' });
  const departure = segments[0]?.departure_ts ?? '';
  if (before.arrival !== null && Date.parse(departure) < Date.parse(before.arrival))
    return t`Leaves too early`;
  if (before.currency !== null && segments[0]?.currency !== before.currency) return t`Other currency`;
  if (before.flights + segments.length + before.legsAfter > MAX_FLIGHTS) return t`Too many flights`;
  return null;
}
