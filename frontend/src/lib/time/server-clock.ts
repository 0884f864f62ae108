import { useSyncExternalStore } from 'react';

/** A `Date` header has whole seconds, and a busy server takes a new one late: the answer was written within this time after it. */
const AGE_MS = 5000;
/** Where a reload finds the correction, so that not even its first picture shows the device's wrong time. */
const STORAGE_KEY = 'skyqueue.clock-correction';

/** What has to be added to the device's clock to get the server's, in milliseconds. */
let correction = Number(sessionStorage.getItem(STORAGE_KEY)) || 0;
const listeners = new Set<() => void>();

/** Milliseconds since 1970 by the server's clock, which decides what is over. The device's clock until the server has answered once. */
export function now(): number {
  return Date.now() + correction;
}

/**
 * Corrects the clock by the `Date` header of an answer. The server wrote it between the request (`sentAt`, by the device's clock) and
 * now. The clock changes by no more than these bounds demand, so a slow answer does not make a right clock worse.
 */
export function correctClock(headers: Headers, sentAt: number): void {
  const written = Date.parse(headers.get('Date') ?? '');
  if (Number.isNaN(written)) return;
  const least = written - Date.now();
  const most = written + AGE_MS - sentAt;
  setCorrection(Math.min(Math.max(correction, least), Math.max(least, most)));
}

/** `fetch` that corrects the clock by its answer. */
export async function fetchWithClock(input: RequestInfo, init?: RequestInit): Promise<Response> {
  const sentAt = Date.now();
  const response = await fetch(input, init);
  correctClock(response.headers, sentAt);
  return response;
}

/** The correction. A component that uses it is drawn again when the clock is corrected. */
export function useClockCorrection(): number {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => correction,
  );
}

/** As if no answer had come yet: for tests. */
export function resetClockCorrection(): void {
  setCorrection(0);
}

function setCorrection(next: number): void {
  if (next === correction) return;
  correction = next;
  sessionStorage.setItem(STORAGE_KEY, String(next));
  for (const listener of listeners) listener();
}
