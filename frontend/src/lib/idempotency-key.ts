/**
 * The idempotency key of a request that must be processed once. It is kept until there is a response, so after a lost response, a second
 * click or a reload of the page the same key is sent. `request` is the request as text: the server refuses a key that
 * comes with another request.
 */
export function idempotencyKey(request: string): string {
  const known = sessionStorage.getItem(storageKey(request));
  if (known) return known;
  const key = newKey();
  sessionStorage.setItem(storageKey(request), key);
  return key;
}

/** Call it after the response: the same request sent again is a new one. */
export function clearIdempotencyKey(request: string): void {
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
