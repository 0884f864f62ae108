/**
 * The idempotency key of a request that must happen once. It is kept until the server has answered, whatever the answer is, so a lost
 * answer, a second click and a reload of the page all send the same key. `request` is the request as text: the server refuses a key that
 * comes with another request.
 */
export function idempotencyKey(request: string): string {
  const known = sessionStorage.getItem(storageKey(request));
  if (known) return known;
  const key = newKey();
  sessionStorage.setItem(storageKey(request), key);
  return key;
}

/** After an answer: the same request sent again is a new one. */
export function forgetIdempotencyKey(request: string): void {
  sessionStorage.removeItem(storageKey(request));
}

function storageKey(request: string): string {
  return `skyqueue.idempotency-key.${request}`;
}

/** 32 hexadecimal digits. Not `crypto.randomUUID`, which exists on secure pages only: the app is also served by plain http. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
