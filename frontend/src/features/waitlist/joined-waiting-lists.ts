/** The flights whose waiting lists this browser has joined: the server lists them by flight only. Newest first. */
const STORAGE_KEY = 'skyqueue.waiting-for';
const MAX = 20;

export function joinedFlightIds(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter((id) => typeof id === 'string').slice(0, MAX) : [];
  } catch {
    return [];
  }
}

export function saveJoined(flightId: string): void {
  const others = joinedFlightIds().filter((id) => id !== flightId);
  localStorage.setItem(STORAGE_KEY, JSON.stringify([flightId, ...others].slice(0, MAX)));
}

export function clearJoined(): void {
  localStorage.removeItem(STORAGE_KEY);
}
