import type { Schedule } from './schedule';
import { minutesBetween } from './time';

/** Whoever stays longer than this at a place has arrived there: what follows is another journey. */
const LONGEST_CONNECTION_MIN = 12 * 60;

/**
 * The flights of a trip, parted where the traveller stays: a return trip is two journeys, however many flights each of them has. There
 * must be at least one flight.
 */
export function journeysOf<F extends Schedule>(flights: readonly F[]): F[][] {
  const journeys: F[][] = [];
  for (const flight of flights) {
    const journey = journeys.at(-1);
    if (journey && goesOn(journey, flight)) journey.push(flight);
    else journeys.push([flight]);
  }
  return journeys;
}

/** A connection leaves from where one arrived, soon enough, and goes to no place where one has been. */
function goesOn(journey: readonly Schedule[], next: Schedule): boolean {
  const last = journey.at(-1);
  if (!last || last.destination !== next.source) return false;
  if (minutesBetween(last.arrival_ts, next.departure_ts) > LONGEST_CONNECTION_MIN) return false;
  return journey.every(({ source }) => source !== next.destination);
}

/** `Delhi to Mumbai`, `Delhi to Mumbai and back`, `Delhi to Mumbai to Goa` */
export function tripText(flights: readonly Schedule[]): string {
  return wayText(
    journeysOf(flights).map((journey) => ({
      from: journey[0]?.source ?? '',
      to: journey.at(-1)?.destination ?? '',
    })),
  );
}

/** The same for legs that are only planned. */
export function wayText(ends: readonly { from: string; to: string }[]): string {
  const [first, second] = ends;
  if (!first) return '';
  if (ends.length === 2 && second?.from === first.to && second.to === first.from) {
    return `${first.from} to ${first.to} and back`;
  }
  const names = ends.flatMap(({ from, to }) => [from, to]);
  return names.filter((name, index) => name !== names[index - 1]).join(' to ');
}
