import { minutesBetween } from '@/lib/time';
import type { Flight } from '@/lib/wire';
import { hasSeats } from './has-seats';

/** "Cheapest" and "Fastest", by flight id, among the flights that can be booked. Empty when there are fewer than two of them. */
export function flightLabels(flights: Flight[], seats: number): Map<string, string> {
  const bookable = flights.filter((flight) => hasSeats(flight, seats));
  const labels = new Map<string, string>();
  if (bookable.length < 2) return labels;
  const fastest = smallest(bookable, (flight) => minutesBetween(flight.departure_ts, flight.arrival_ts));
  labels.set(fastest.id, 'Fastest');
  // Amounts in different currencies cannot be compared.
  if (new Set(bookable.map(({ currency }) => currency)).size > 1) return labels;
  const cheapest = smallest(bookable, ({ price }) => Number(price));
  labels.set(cheapest.id, cheapest === fastest ? 'Cheapest, fastest' : 'Cheapest');
  return labels;
}

function smallest(flights: Flight[], measure: (flight: Flight) => number): Flight {
  return flights.reduce((best, next) => (measure(next) < measure(best) ? next : best));
}
