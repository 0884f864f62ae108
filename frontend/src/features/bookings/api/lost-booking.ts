import type { NewBooking } from '@/lib/wire';

/** Where a reload finds the booking that was sent and has no answer yet. */
const STORAGE_KEY = 'skyqueue.unanswered-booking';

/** A booking is on its way: as long as no answer has come, nobody knows what became of it. */
export function rememberUnanswered(body: NewBooking): void {
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify(body));
}

/** The server has answered, whatever it said. */
export function forgetUnanswered(): void {
  sessionStorage.removeItem(STORAGE_KEY);
}

/** The booking of these flights that was sent before the page was loaded, and was not answered; null when there is none. */
export function unansweredFor(flightIds: readonly string[]): NewBooking | null {
  try {
    const body = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? 'null') as NewBooking | null;
    const ids = body?.flight_ids ?? (body?.flight_id ? [body.flight_id] : []);
    return body && ids.join() === flightIds.join() ? body : null;
  } catch {
    return null;
  }
}
