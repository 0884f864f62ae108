import type { Leg } from '@/lib/itinerary';
import { durationWords, minutesBetween } from '@/lib/time';
import type { Segment } from '@/lib/wire';

/** All flights of a booking as one way: from the first place to the last. */
export function journeyOf(first: Segment, segments: Segment[]): Leg {
  const last = (segments.at(-1) ?? first).flight;
  return {
    ...first.flight,
    destination: last.destination,
    destination_iata: last.destination_iata,
    destination_timezone: last.destination_timezone,
    arrival_ts: last.arrival_ts,
  };
}

/** `1 stop: Mumbai`; null for a single flight. */
export function stopWords(segments: Segment[]): string | null {
  const stops = segments.slice(0, -1).map(({ flight }) => flight.destination);
  if (stops.length === 0) return null;
  return `${stops.length === 1 ? '1 stop' : `${stops.length} stops`}: ${stops.join(', ')}`;
}

/** The time on the ground between two flights. One that was moved may leave too early. */
export function connectionWords(arriving: Segment['flight'], departing: Segment['flight']): string {
  const minutes = minutesBetween(arriving.arrival_ts, departing.departure_ts);
  if (minutes < 0) {
    return `Leaves ${arriving.destination} ${durationWords(-minutes)} before you arrive there`;
  }
  return `${durationWords(minutes)} in ${arriving.destination}`;
}
