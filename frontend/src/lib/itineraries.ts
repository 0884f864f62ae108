import { t } from '@lingui/core/macro';
import type { Schedule } from './time/schedule';
import { minutesBetween } from './time/time';

/** After a longer stay at a place, the next flight begins another itinerary. */
const LONGEST_CONNECTION_MIN = 12 * 60;

/**
 * Splits the flights of a booking where the traveller stays: a return trip has two itineraries, each of one or more flights. There must be
 * at least one flight.
 */
export function itinerariesOf<F extends Schedule>(flights: readonly F[]): F[][] {
  const itineraries: F[][] = [];
  for (const flight of flights) {
    const itinerary = itineraries.at(-1);
    if (itinerary && goesOn(itinerary, flight)) itinerary.push(flight);
    else itineraries.push([flight]);
  }
  return itineraries;
}

/** A connection leaves from where one arrived, soon enough, and goes to no place where one has been. */
function goesOn(itinerary: readonly Schedule[], next: Schedule): boolean {
  const last = itinerary.at(-1);
  if (!last || last.destination !== next.source) return false;
  if (minutesBetween(last.arrival_ts, next.departure_ts) > LONGEST_CONNECTION_MIN) return false;
  return itinerary.every(({ source }) => source !== next.destination);
}

/** `Delhi to Mumbai`, `Delhi to Mumbai and back`, `Delhi to Mumbai to Goa` */
export function tripText(flights: readonly Schedule[]): string {
  return routeText(
    itinerariesOf(flights).map((itinerary) => ({
      from: itinerary[0]?.source ?? '',
      to: itinerary.at(-1)?.destination ?? '',
    })),
  );
}

/** The same for legs that are only planned. */
export function routeText(ends: readonly { from: string; to: string }[]): string {
  const [first, second] = ends;
  if (!first) return '';
  if (ends.length === 2 && second?.from === first.to && second.to === first.from) {
    return t`${{ from: first.from }} to ${{ to: first.to }} and back`;
  }
  return wayText(ends);
}

/** `Delhi to Mumbai to Delhi` */
export function wayText(ends: readonly { from: string; to: string }[]): string {
  const names = ends
    .flatMap(({ from, to }) => [from, to])
    .filter((name, index, all) => name !== all[index - 1]);
  const [first = '', second = '', ...others] = names;
  return others.reduce((way, place) => t`${way} to ${place}`, fromTo(first, second));
}

/** `Delhi to Mumbai` */
export function fromTo(from: string, to: string): string {
  return t`${from} to ${to}`;
}
