import { plural, t } from '@lingui/core/macro';
import { dateFormat, numberFormat } from '@/lib/intl';
import { locale, shownLanguage } from '@/lib/language';
import { now } from './server-clock';

/** A calendar day as `YYYY-MM-DD`. It has no time zone: it is a day at a place. */
export type Day = string;

const UTC = 'UTC';

/** Today in a time zone, by the server's clock. `undefined` is the time zone of the browser. */
export function today(timeZone?: string | null): Day {
  return dayIn(new Date(now()).toISOString(), timeZone === undefined ? browserZone() : zoneOrUtc(timeZone));
}

/** The calendar day of an instant in the time zone of the browser. */
export function browserDay(instant: string): Day {
  return dayIn(instant, browserZone());
}

export function addDays(day: Day, days: number): Day {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** Whether the text is a day that exists. `Date` reads 31 February as 3 March, so the day is compared with what it was read as. */
export function isDay(text: string): boolean {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/** The zone if this browser supports it, else null. Times are then shown in UTC, with the text `UTC`. */
export function supportedZone(zone: string | null | undefined): string | null {
  if (!zone) return null;
  const known = ZONE_SUPPORT.get(zone);
  if (known !== undefined) return known ? zone : null;
  const valid = isZone(zone);
  ZONE_SUPPORT.set(zone, valid);
  return valid ? zone : null;
}

/** Zone -> whether the browser supports it, for each zone that was checked before. */
const ZONE_SUPPORT = new Map<string, boolean>();

function isZone(zone: string): boolean {
  if (zone === 'Etc/Unknown') return false;
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

function zoneOrUtc(zone: string | null | undefined): string {
  return supportedZone(zone) ?? UTC;
}

/** The time zone of the device when it was last read. `readAt`: when that was, in ms since the page was opened. */
let device: { zone: string; readAt: number } | null = null;
/** The time zone of a device may change while somebody travels. It is not read each time, because that is slow. */
const READ_ZONE_EVERY_MS = 60_000;

/** The time zone of the browser; UTC if the device has none. */
function browserZone(): string {
  const at = performance.now();
  if (device === null || at - device.readAt >= READ_ZONE_EVERY_MS) {
    device = { zone: zoneOrUtc(Intl.DateTimeFormat().resolvedOptions().timeZone), readAt: at };
  }
  return device.zone;
}

/** The fields of an instant in a zone. They are read one by one, because browsers join the fields of a locale in different ways. */
function fields(instant: string, timeZone: string): Record<string, string> {
  const format = dateFormat('en-GB', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return Object.fromEntries(format.formatToParts(new Date(instant)).map(({ type, value }) => [type, value]));
}

function dayIn(instant: string, timeZone: string): Day {
  const { year = '', month = '', day = '' } = fields(instant, timeZone);
  return [year.padStart(4, '0'), two(month), two(day)].join('-');
}

function two(digits: string): string {
  return digits.padStart(2, '0');
}

/** `06:20` in a time zone; in UTC if the zone is not known. */
export function clock(instant: string, timeZone: string | null | undefined): string {
  const { hour = '', minute = '' } = fields(instant, zoneOrUtc(timeZone));
  return `${two(hour)}:${two(minute)}`;
}

/** The time of day in the time zone of the browser: `06:20`, or `06:20 UTC` if the device has no time zone. */
export function browserClock(instant: string): string {
  const zone = browserZone();
  return zone === UTC ? `${clock(instant, UTC)} UTC` : clock(instant, zone);
}

/** The calendar day in a time zone; in UTC if the zone is not known. */
export function dayAt(instant: string, timeZone: string | null | undefined): Day {
  return dayIn(instant, zoneOrUtc(timeZone));
}

/** `Tue 1 Dec`, with the year if it is not the present one. English dates have no commas, whatever the region is. */
export function dayText(day: Day, present: Day = today()): string {
  const english = shownLanguage() === 'en';
  const at = new Date(`${day}T00:00:00Z`);
  const format = dateFormat(english ? 'en-GB' : locale(), {
    timeZone: UTC,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...(day.slice(0, 4) !== present.slice(0, 4) && { year: 'numeric' }),
  });
  if (!english) return format.format(at);
  return format
    .formatToParts(at)
    .filter(({ type }) => type !== 'literal')
    .map(({ value }) => value)
    .join(' ');
}

/** The number of calendar days between the local dates of departure and arrival. */
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

/** `45 min`, `2 h 15 min`, `3 days 4 h` */
export function durationText(minutes: number): string {
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const rest = minutes % 60;
  if (days >= 2) {
    const full = plural(days, { one: '# day', other: '# days' });
    return hours === 0 ? full : t`${full} ${hours} h`;
  }
  const allHours = Math.floor(minutes / 60);
  if (allHours === 0) return t`${rest} min`;
  return rest === 0 ? t`${allHours} h` : t`${allHours} h ${rest} min`;
}

/** A measured time as text: `4.2 ms`, `310 ms`, `12.3 s`, `2 min 5 s`, `3 h 20 min`, `4 days 2 h`. */
export function elapsedText(ms: number): string {
  // Round before choosing a unit: 59,960 ms are 1 min 0 s, not 60.0 s.
  const tenths = Math.round(ms * 10) / 10;
  if (tenths < 10) return t`${{ ms: oneDecimal(tenths) }} ms`;
  const whole = Math.round(ms);
  if (whole < 10_000) return t`${{ ms: whole }} ms`;
  const seconds = Math.round(ms / 100) / 10;
  if (seconds < 60) return t`${{ seconds: oneDecimal(seconds) }} s`;
  const full = Math.round(ms / 1000);
  if (full < 3600) return t`${{ minutes: Math.floor(full / 60) }} min ${{ seconds: full % 60 }} s`;
  return durationText(Math.round(ms / 60_000));
}

function oneDecimal(value: number): string {
  return numberFormat(locale(), { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);
}
