/**
 * The idempotency key of one wish. It outlives a lost answer, a second click and a reload of the page, so that none of them does the
 * same thing twice; it is used up by an answer, whatever that says. `wish` names what is wanted, the same each time.
 */
export function wishKey(wish: string): string {
  const known = sessionStorage.getItem(slotOf(wish));
  if (known) return known;
  const key = newKey();
  sessionStorage.setItem(slotOf(wish), key);
  return key;
}

export function wishAnswered(wish: string): void {
  sessionStorage.removeItem(slotOf(wish));
}

function slotOf(wish: string): string {
  return `skyqueue.wish.${wish}`;
}

/** `crypto.randomUUID` exists on secure pages only; this works on a plain http address in the local network, too. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
