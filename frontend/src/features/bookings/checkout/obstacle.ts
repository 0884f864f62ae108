import type { Flight } from '@/lib/api-types';
import { connectionsBetween } from '@/lib/time/schedule';
import { now } from '@/lib/time/server-clock';

/** The reason why these flights cannot be booked at all, not even one seat. */
export interface Obstacle {
  code: 'flight_cancelled' | 'flight_departed' | 'not_chronological' | 'mixed_currencies' | 'sold_out';
  /** The flights that are the reason; empty when the server refused without saying which. */
  flights: readonly Flight[];
}

/** Finds the obstacle from the data of the page. `refusedFor`: the code of the server's last refusal. */
export function obstacleTo(flights: readonly Flight[], refusedFor: string): Obstacle | null {
  const cancelled = flights.filter(({ status }) => status === 'CANCELLED');
  if (cancelled.length > 0) return { code: 'flight_cancelled', flights: cancelled };
  const departed = flights.filter(({ departure_ts }) => Date.parse(departure_ts) <= now());
  if (departed.length > 0) return { code: 'flight_departed', flights: departed };
  // The server has newer data than the page, and its clock decides.
  if (refusedFor === 'flight_cancelled' || refusedFor === 'flight_departed') {
    return { code: refusedFor, flights: [] };
  }
  if (connectionsBetween(flights).some(({ minutes }) => minutes < 0)) {
    return { code: 'not_chronological', flights };
  }
  if (new Set(flights.map(({ currency }) => currency)).size > 1) return { code: 'mixed_currencies', flights };
  const soldOut = flights.filter(({ available_seats }) => available_seats <= 0);
  return soldOut.length > 0 ? { code: 'sold_out', flights: soldOut } : null;
}
