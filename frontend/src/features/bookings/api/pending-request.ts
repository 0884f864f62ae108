import type { NewBooking } from '@/lib/api-types';

/** The booking request that was sent and has no response yet. It is found here after a reload of the page. */
const STORAGE_KEY = 'skyqueue.unanswered-booking';

/** Call it before the request is sent. Until the response arrives, it is not known whether the booking was accepted. */
export function storePendingRequest(body: NewBooking): void {
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify(body));
}

/** Call it when the server has responded, with success or an error. */
export function clearPendingRequest(): void {
  sessionStorage.removeItem(STORAGE_KEY);
}

/** The request for these flights that was sent before the page was loaded and had no response; null when there is none. */
export function pendingRequestFor(flightIds: readonly string[]): NewBooking | null {
  try {
    const body = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? 'null') as NewBooking | null;
    const ids = body?.flight_ids ?? (body?.flight_id ? [body.flight_id] : []);
    return body && ids.join() === flightIds.join() ? body : null;
  } catch {
    return null;
  }
}
