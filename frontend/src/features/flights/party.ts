import type { Flight } from '@/lib/wire';

/** Whether that many can book this flight now. */
export function seatsParty(flight: Flight, seats: number): boolean {
  return flight.status === 'SCHEDULED' && flight.available_seats >= seats;
}
