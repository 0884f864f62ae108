import { i18n } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';
import type { Cabin } from '@/lib/api-types';
import type { Problem } from '@/lib/problem';

/** For each flight, by its id, the seat of each traveller; an empty text where none is picked. */
export type Picks = Readonly<Record<string, readonly string[]>>;

/** The seats of one flight, one entry for each traveller. */
export function picksOf(picks: Picks, flightId: string, travellers: number): string[] {
  const known = picks[flightId] ?? [];
  return Array.from({ length: travellers }, (_, index) => known[index] ?? '');
}

/** Some travellers of the flight have a seat, and others have none. */
export function isPartial(seats: readonly string[]): boolean {
  return seats.some(Boolean) && !seats.every(Boolean);
}

/** The seat numbers of a request; undefined if nobody has picked a seat. */
export function seatNumbersOf(
  picks: Picks,
  flightIds: readonly string[],
  travellers: number,
): string[][] | undefined {
  const wanted = flightIds.map((id) => {
    const seats = picksOf(picks, id, travellers);
    return seats.every(Boolean) ? seats : [];
  });
  return wanted.some((seats) => seats.length > 0) ? wanted : undefined;
}

export interface TakenSeat {
  flight_id: string;
  seat_number: string;
}

/** The taken seats in an error with the code `seat_taken`. */
export function takenSeats({ code, members: { seats } }: Problem): TakenSeat[] {
  if (code !== 'seat_taken' || !Array.isArray(seats)) return [];
  return seats.filter(
    (seat): seat is TakenSeat => typeof seat?.flight_id === 'string' && typeof seat?.seat_number === 'string',
  );
}

/** The same picks without the taken seats. The other picks are kept. */
export function withoutTaken(picks: Picks, taken: readonly TakenSeat[]): Picks {
  const takenKeys = new Set(taken.map(({ flight_id, seat_number }) => `${flight_id} ${seat_number}`));
  return Object.fromEntries(
    Object.entries(picks).map(([id, seats]) => [
      id,
      seats.map((seat) => (takenKeys.has(`${id} ${seat}`) ? '' : seat)),
    ]),
  );
}

/** The position of a seat in the cabin. */
export interface SeatPosition {
  side: 'window' | 'aisle' | 'middle';
  exit: boolean;
  cabinClass: string;
}

/** The positions of all seats, by their seat numbers. */
export function seatPositions(cabin: Cabin): Map<string, SeatPosition> {
  const positions = new Map<string, SeatPosition>();
  for (const { rows, cabin_class } of cabin.sections) {
    for (const { seats, exit } of rows) {
      const at = seats.flatMap((seat, index) => (seat ? [index] : []));
      for (const index of at) {
        const seat = seats[index];
        if (!seat) continue;
        const isWindow = index === at[0] || index === at.at(-1);
        const isAisle =
          (index > 0 && seats[index - 1] === null) || (index < seats.length - 1 && seats[index + 1] === null);
        const side = isWindow ? 'window' : isAisle ? 'aisle' : 'middle';
        positions.set(seat, { side, exit, cabinClass: cabin_class });
      }
    }
  }
  return positions;
}

/** For screen readers: `window`, `aisle, exit row`, `middle, business`. */
export function seatPositionText(position: SeatPosition | undefined): string {
  if (!position) return '';
  const { side, exit, cabinClass } = position;
  const sides = { window: msg`window`, aisle: msg`aisle`, middle: msg`middle` };
  return [i18n._(sides[side]), exit && t`exit row`, cabinClass !== 'economy' && classText(cabinClass)]
    .filter(Boolean)
    .join(', ');
}

/** A class that has no text yet is shown by its name. */
export function classText(cabinClass: string): string {
  switch (cabinClass) {
    case 'economy':
      return t`economy`;
    case 'business':
      return t`business`;
    default:
      return cabinClass;
  }
}
