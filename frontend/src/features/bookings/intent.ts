/**
 * The idempotency key of one wish to book. It outlives a lost answer, a second click and a reload of the page, so none of them books
 * twice; it is used up by an answer, whatever that says.
 */
export interface Wish {
  flightId: string;
  seats: number;
  /** Said after the question whether one meant to book the same flight once more. */
  again?: boolean;
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

function slotOf({ flightId, seats, again = false }: Wish): string {
  return `skyqueue.booking-key.${flightId}.${seats}${again ? '.again' : ''}`;
}

/** `crypto.randomUUID` exists on secure pages only; this works on a plain http address in the local network, too. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
