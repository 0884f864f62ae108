/** The flights whose waiting lists this browser has joined: the server lists them by flight only. Newest first. */
const STORAGE_KEY = 'skyqueue.waiting-for';
const MOST = 20;

export function waitedFlights(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter((id) => typeof id === 'string').slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function rememberWaiting(flightId: string): void {
  const others = waitedFlights().filter((id) => id !== flightId);
  localStorage.setItem(STORAGE_KEY, JSON.stringify([flightId, ...others].slice(0, MOST)));
}

export function forgetWaiting(): void {
  localStorage.removeItem(STORAGE_KEY);
}
