/** A calendar day as `YYYY-MM-DD`. It has no time zone: it is a day at a place. */
export type Day = string;

const UTC = 'UTC';

/** Today, by the clock of the browser. */
export function today(): Day {
  return dayIn(new Date().toISOString(), undefined);
}

export function addDays(day: Day, days: number): Day {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
}

/** The local day of an instant; `undefined` is the time zone of the browser. */
function dayIn(instant: string, timeZone: string | undefined): Day {
  // en-CA writes dates as YYYY-MM-DD.
  return new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(new Date(instant));
}

/** `06:20` in a time zone; in UTC where the zone is not known. */
export function clock(instant: string, timeZone: string | null | undefined): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: timeZone ?? UTC,
    hour: '2-digit',
    minute: '2-digit',
  }).format(new Date(instant));
}

/** The calendar day in a time zone; in UTC where the zone is not known. */
export function dayAt(instant: string, timeZone: string | null | undefined): Day {
  return dayIn(instant, timeZone ?? UTC);
}

/** `Tue 1 Dec`, with the year when it is not the present one. */
export function dayText(day: Day, now: Day = today()): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: UTC,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...(day.slice(0, 4) !== now.slice(0, 4) && { year: 'numeric' }),
  })
    .format(new Date(`${day}T00:00:00Z`))
    .replace(',', '');
}

/** By how many calendar days the local date of arrival is later than the local date of departure. */
export function daysLater(
  departure: string,
  departureZone: string | null | undefined,
  arrival: string,
  arrivalZone: string | null | undefined,
): number {
  const from = Date.parse(dayAt(departure, departureZone));
  const to = Date.parse(dayAt(arrival, arrivalZone));
  return Math.round((to - from) / 86_400_000);
}

export function minutesBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 60_000);
}

export function durationText(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hours === 0) return `${rest} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}

/** `4.2 ms`, `310 ms`, `12.3 s`, `2 min 5 s`: how long something took. */
export function elapsedText(ms: number): string {
  // Round before choosing a unit: 59,960 ms are 1 min 0 s, not 60.0 s.
  const tenths = Math.round(ms * 10) / 10;
  if (tenths < 10) return `${tenths.toFixed(1)} ms`;
  const whole = Math.round(ms);
  if (whole < 10_000) return `${whole} ms`;
  const seconds = Math.round(ms / 100) / 10;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const full = Math.round(ms / 1000);
  return `${Math.floor(full / 60)} min ${full % 60} s`;
}
