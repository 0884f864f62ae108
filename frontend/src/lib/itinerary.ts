import { usePlace } from './places';
import { clock, type Day, dayAt, daysLater, dayWords, minutesBetween } from './time';
import type { Place } from './wire';

interface End {
  name: string;
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
  /** False until both time zones are known: showing other times first would be worse than showing none. */
  settled: boolean;
}

interface Legs {
  source: string;
  destination: string;
  departure_ts: string;
  arrival_ts: string;
}

export function useItinerary(flight: Legs): Itinerary {
  const source = usePlace(flight.source);
  const destination = usePlace(flight.destination);
  return {
    from: end(flight.source, flight.departure_ts, source),
    to: end(flight.destination, flight.arrival_ts, destination),
    minutes: minutesBetween(flight.departure_ts, flight.arrival_ts),
    daysLater: daysLater(flight.departure_ts, source?.timezone, flight.arrival_ts, destination?.timezone),
    settled: source !== undefined && destination !== undefined,
  };
}

function end(name: string, instant: string, place: Place | null | undefined): End {
  const zone = place?.timezone ?? null;
  return {
    name: name === place?.iata ? (place.city ?? name) : name,
    code: place?.iata ?? null,
    instant,
    clock: zone ? clock(instant, zone) : `${clock(instant, null)} UTC`,
    day: dayWords(dayAt(instant, zone)),
    date: dayAt(instant, zone),
  };
}
