import { minutesBetween } from '@/lib/time';
import type { Flight } from '@/lib/wire';
import { seatsParty } from './party';

/** Which rows to call cheapest and fastest, of those that can be booked; nobody when there is no choice. */
export function praisesOf(flights: Flight[], seats: number): Map<string, string> {
  const choice = flights.filter((flight) => seatsParty(flight, seats));
  const praises = new Map<string, string>();
  if (choice.length < 2) return praises;
  const fastest = least(choice, (flight) => minutesBetween(flight.departure_ts, flight.arrival_ts));
  praises.set(fastest.id, 'Fastest');
  // Amounts in several currencies cannot be compared.
  if (new Set(choice.map(({ currency }) => currency)).size > 1) return praises;
  const cheapest = least(choice, ({ price }) => Number(price));
  praises.set(cheapest.id, cheapest === fastest ? 'Cheapest, fastest' : 'Cheapest');
  return praises;
}

function least(flights: Flight[], measure: (flight: Flight) => number): Flight {
  return flights.reduce((best, next) => (measure(next) < measure(best) ? next : best));
}
