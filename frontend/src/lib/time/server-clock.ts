import { useSyncExternalStore } from 'react';

/** The time between a `Date` header and its response is less than this. The header has whole seconds, and a busy server updates it late. */
const AGE_MS = 5000;
/** The correction is stored, so that after a reload the first times are right as well. */
const STORAGE_KEY = 'skyqueue.clock-correction';

/** What has to be added to the device's clock to get the server's, in milliseconds. */
let correction = Number(sessionStorage.getItem(STORAGE_KEY)) || 0;
const listeners = new Set<() => void>();

/** Milliseconds since 1970 by the server's clock, which decides when a time is over. Until the first response it is the device's clock. */
export function now(): number {
  return Date.now() + correction;
}

/**
 * Corrects the clock by the `Date` header of a response. The server wrote it between the request (`sentAt`, by the device's clock) and now.
 * The correction is only moved into these bounds, so a slow response does not change a right clock.
 */
export function correctClock(headers: Headers, sentAt: number): void {
  const written = Date.parse(headers.get('Date') ?? '');
  if (Number.isNaN(written)) return;
  const least = written - Date.now();
  const most = written + AGE_MS - sentAt;
  setCorrection(Math.min(Math.max(correction, least), Math.max(least, most)));
}

/** `fetch` that corrects the clock by the response. */
export async function fetchWithClock(input: RequestInfo, init?: RequestInit): Promise<Response> {
  const sentAt = Date.now();
  const response = await fetch(input, init);
  correctClock(response.headers, sentAt);
  return response;
}

/** The correction. A component that uses it is rendered again when the clock is corrected. */
export function useClockCorrection(): number {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => correction,
  );
}

/** Resets the state to that before the first response. For tests. */
export function resetClockCorrection(): void {
  setCorrection(0);
}

function setCorrection(next: number): void {
  if (next === correction) return;
  correction = next;
  sessionStorage.setItem(STORAGE_KEY, String(next));
  for (const listener of listeners) listener();
}
