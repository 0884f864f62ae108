import type { NewBooking } from '@/lib/wire';

/** With a card, later within the hold, or not at all. */
export type PaymentWish = { token: string } | { hold: true } | null;

/**
 * One wish to book. Its idempotency key outlives a lost answer, a second click and a reload of the page, so none of them books twice; it
 * is used up by an answer, whatever that says.
 */
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

export function keyOf(wish: Wish): string {
  const slot = slotOf(wish);
  const known = sessionStorage.getItem(slot);
  if (known) return known;
  const key = newKey();
  sessionStorage.setItem(slot, key);
  return key;
}

export function usedUp(wish: Wish): void {
  sessionStorage.removeItem(slotOf(wish));
}

/** Whatever is asked for differently is another wish: the server refuses a key that comes with another body. */
function slotOf(wish: Wish): string {
  return `skyqueue.booking-key.${JSON.stringify(bodyOf(wish))}`;
}

/** `crypto.randomUUID` exists on secure pages only; this works on a plain http address in the local network, too. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
