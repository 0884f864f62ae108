import { clock, type Day, dayAt, daysLater, dayWords, minutesBetween } from './time';

interface End {
  name: string;
  /** Null where it is unknown, or the name already. */
  code: string | null;
  instant: string;
  clock: string;
  /** In words, local. */
  day: string;
  date: Day;
}

/** A flight as a traveller reads it. Times are local at each end, or UTC and marked so where the zone is unknown. */
export interface Itinerary {
  from: End;
  to: End;
  minutes: number;
  daysLater: number;
}

/** What a flight and a booked flight have in common. */
export interface Leg {
  source: string;
  source_iata: string | null;
  source_timezone: string | null;
  destination: string;
  destination_iata: string | null;
  destination_timezone: string | null;
  departure_ts: string;
  arrival_ts: string;
}

export function itineraryOf(leg: Leg): Itinerary {
  return {
    from: end(leg.source, leg.source_iata, leg.departure_ts, leg.source_timezone),
    to: end(leg.destination, leg.destination_iata, leg.arrival_ts, leg.destination_timezone),
    minutes: minutesBetween(leg.departure_ts, leg.arrival_ts),
    daysLater: daysLater(leg.departure_ts, leg.source_timezone, leg.arrival_ts, leg.destination_timezone),
  };
}

/** Several flights as one way: from the start of the first to the end of the last. */
export function journeyOf(first: Leg, last: Leg): Itinerary {
  const { destination, destination_iata, destination_timezone, arrival_ts } = last;
  return itineraryOf({ ...first, destination, destination_iata, destination_timezone, arrival_ts });
}

interface Change {
  /** Where one lands, and where one goes on: the same place, unless somebody put other flights together. */
  from: string;
  to: string;
  /** How long one waits; below zero when the next flight has left by then. */
  minutes: number;
}

export function changesOf(legs: readonly Leg[]): Change[] {
  return legs.slice(1).map((next, index) => {
    const before = legs[index] ?? next;
    return {
      from: before.destination,
      to: next.source,
      minutes: minutesBetween(before.arrival_ts, next.departure_ts),
    };
  });
}

function end(name: string, code: string | null, instant: string, zone: string | null): End {
  return {
    name,
    code: code === name ? null : code,
    instant,
    clock: zone ? clock(instant, zone) : `${clock(instant, null)} UTC`,
    day: dayWords(dayAt(instant, zone)),
    date: dayAt(instant, zone),
  };
}
