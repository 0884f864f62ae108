import type { NewBooking } from '@/lib/wire';

/** With a card, later within the hold, or not at all. */
export type PaymentWish = { token: string } | { hold: true } | null;

/** What a traveller wants of one flight. */
export interface Wish {
  flightId: string;
  seats: number;
  payment: PaymentWish;
  /** Names of those who travel, as many as are known. */
  names: string[];
  /** Said after the question whether one meant to book the same flight once more. */
  again?: boolean;
}

export function bodyOf({ flightId, seats, payment, names, again }: Wish): NewBooking {
  return {
    flight_id: flightId,
    seats,
    ...(payment && { payment }),
    ...(names.length > 0 && { passengers: names.map((name) => ({ name })) }),
    ...(again && { allow_duplicate: true }),
  };
}

/** Whatever is asked for differently is another wish: the server refuses a key that comes with another body. */
export function nameOf(wish: Wish): string {
  return JSON.stringify(bodyOf(wish));
}
