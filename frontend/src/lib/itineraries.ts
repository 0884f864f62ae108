import { t } from '@lingui/core/macro';
import { type Schedule, wholeSchedule } from './time/schedule';
import { dayAt, dayText, minutesBetween } from './time/time';

/** After a longer stay at a place, the next flight begins another itinerary. */
const LONGEST_CONNECTION_MIN = 12 * 60;

interface FromTo {
  from: string;
  to: string;
}

/**
 * Splits the flights of a booking where the traveller stays: a return trip has two itineraries, each of one or more flights. There must be
 * at least one flight.
 */
export function itinerariesOf<F extends Schedule>(flights: readonly F[]): F[][] {
  const itineraries: F[][] = [];
  for (const flight of flights) {
    const itinerary = itineraries.at(-1);
    if (itinerary && isConnection(itinerary, flight)) itinerary.push(flight);
    else itineraries.push([flight]);
  }
  return itineraries;
}

/** Whether `next` is a connection of the itinerary: it departs from where the last flight arrived, soon enough, and returns to no earlier place. */
function isConnection(itinerary: readonly Schedule[], next: Schedule): boolean {
  const last = itinerary.at(-1);
  if (!last || last.destination !== next.source) return false;
  if (minutesBetween(last.arrival_ts, next.departure_ts) > LONGEST_CONNECTION_MIN) return false;
  return itinerary.every(({ source }) => source !== next.destination);
}

/**
 * The heading of each itinerary of a trip: `Outbound: Delhi to Mumbai, Tue 1 Dec` and `Return: ...`, or `Flight 1 of 3: ...` where it is no
 * return trip. The day is that of the place.
 */
export function itineraryHeadings(itineraries: readonly (readonly Schedule[])[]): string[] {
  const wholes = itineraries.map(wholeSchedule);
  const back = isReturn(wholes.map(({ source, destination }) => ({ from: source, to: destination })));
  return wholes.map(({ source, destination, departure_ts, source_timezone }, index) => {
    const route = fromTo(source, destination);
    const day = dayText(dayAt(departure_ts, source_timezone));
    if (!back)
      return t`Flight ${{ number: index + 1 }} of ${{ all: wholes.length }}: ${{ route }}, ${{ day }}`;
    return index === 0 ? t`Outbound: ${{ route }}, ${{ day }}` : t`Return: ${{ route }}, ${{ day }}`;
  });
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
export function routeText(ends: readonly FromTo[]): string {
  const [first] = ends;
  if (!first) return '';
  if (isReturn(ends)) {
    return t`${{ from: first.from }} to ${{ to: first.to }} and back`;
  }
  return placesText(ends);
}

/** There and back, and nowhere else. */
function isReturn([first, second, ...others]: readonly FromTo[]): boolean {
  return others.length === 0 && second !== undefined && second.from === first?.to && second.to === first.from;
}

/** `Delhi to Mumbai to Delhi` */
export function placesText(ends: readonly FromTo[]): string {
  const names = ends
    .flatMap(({ from, to }) => [from, to])
    .filter((name, index, all) => name !== all[index - 1]);
  const [first = '', second = '', ...others] = names;
  return others.reduce((route, place) => t`${route} to ${place}`, fromTo(first, second));
}

/** `Delhi to Mumbai` */
export function fromTo(from: string, to: string): string {
  return t`${from} to ${to}`;
}
