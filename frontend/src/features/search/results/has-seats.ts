import type { Flight } from '@/lib/wire';

/** Whether so many seats of this flight can be booked now. */
export function hasSeats(flight: Flight, seats: number): boolean {
  return flight.status === 'SCHEDULED' && flight.available_seats >= seats;
}
