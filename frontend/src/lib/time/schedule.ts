import { plural, t } from '@lingui/core/macro';
import {
  clock,
  type Day,
  dayAt,
  daysLater,
  dayText,
  durationText,
  minutesBetween,
  supportedZone,
} from './time';

/** Where and when a flight, a flight of a booking, or a whole itinerary departs and arrives. */
export interface Schedule {
  source: string;
  source_iata: string | null;
  source_timezone: string | null;
  destination: string;
  destination_iata: string | null;
  destination_timezone: string | null;
  departure_ts: string;
  arrival_ts: string;
}

/** A departure or an arrival in the local time of its place, or in UTC if the browser does not support its time zone. */
interface LocalEnd {
  place: string;
  /** The IATA code; null if there is none, or if it is also the name of the place. */
  code: string | null;
  /** Whether the place is in the registry of airports. */
  known: boolean;
  instant: string;
  /** `06:20`, or `06:20 UTC` if the time zone is not known. */
  clock: string;
  /** Whether the clock and the day are in UTC because the time zone is not known. */
  utc: boolean;
  date: Day;
  /** The date as text: `Tue 1 Dec`. */
  day: string;
}

interface LocalSchedule {
  departure: LocalEnd;
  arrival: LocalEnd;
  minutes: number;
  /** Calendar days between the two local dates. Negative if the flight crosses the date line to the east. */
  daysLater: number;
}

export function localSchedule(schedule: Schedule): LocalSchedule {
  const { departure_ts, source_timezone, arrival_ts, destination_timezone } = schedule;
  return {
    departure: localEnd(schedule.source, schedule.source_iata, departure_ts, source_timezone),
    arrival: localEnd(schedule.destination, schedule.destination_iata, arrival_ts, destination_timezone),
    minutes: minutesBetween(departure_ts, arrival_ts),
    daysLater: daysLater(departure_ts, source_timezone, arrival_ts, destination_timezone),
  };
}

/** From the departure of the first flight to the arrival of the last one. There must be at least one flight. */
export function wholeSchedule(flights: readonly Schedule[]): Schedule {
  const first = flights[0];
  const last = flights.at(-1);
  if (!first || !last) throw new RangeError('An itinerary has at least one flight.');
  const { destination, destination_iata, destination_timezone, arrival_ts } = last;
  return { ...first, destination, destination_iata, destination_timezone, arrival_ts };
}

/** `06:20 to 08:35` */
export function timesText({ departure, arrival }: LocalSchedule): string {
  return t`${{ departure: departure.clock }} to ${{ arrival: arrival.clock }}`;
}

/** The change of plane between two flights that follow each other. */
export interface Connection {
  arrivesIn: string;
  /** Usually the same place. It is another one if a traveller has combined flights that do not connect. */
  departsFrom: string;
  /** Negative if the next flight departs before this one arrives. */
  minutes: number;
}

/** The connections, one less than the flights. */
export function connectionsBetween(flights: readonly Schedule[]): Connection[] {
  return flights.slice(1).map((next, index) => {
    const before = flights[index] ?? next;
    return {
      arrivesIn: before.destination,
      departsFrom: next.source,
      minutes: minutesBetween(before.arrival_ts, next.departure_ts),
    };
  });
}

/** `Direct`, `1 stop`, `2 stops` */
export function stopsText(flights: readonly unknown[]): string {
  const stops = flights.length - 1;
  return stops <= 0 ? t`Direct` : plural(stops, { one: '# stop', other: '# stops' });
}

export function connectionText({ arrivesIn, departsFrom, minutes }: Connection): string {
  if (minutes < 0) {
    return t`The next flight leaves ${departsFrom} ${{ duration: durationText(-minutes) }} before this one arrives in ${arrivesIn}`;
  }
  const duration = durationText(minutes);
  if (arrivesIn === departsFrom) return t`Change of plane in ${arrivesIn}: ${duration}`;
  return t`On your own from ${arrivesIn} to ${departsFrom}: ${duration}`;
}

function localEnd(place: string, code: string | null, instant: string, zone: string | null): LocalEnd {
  const date = dayAt(instant, zone);
  const utc = supportedZone(zone) === null;
  return {
    place,
    code: code === place ? null : code,
    known: code !== null,
    instant,
    clock: utc ? `${clock(instant, null)} UTC` : clock(instant, zone),
    utc,
    date,
    day: dayText(date),
  };
}
