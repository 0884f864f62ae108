import { clock, dayAt } from './time';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** The value of an input field of type `datetime-local`, `2026-12-01T06:20`: the local time of an instant in a zone; null: in UTC. */
export function localText(instant: string, zone: string | null): string {
  return `${dayAt(instant, zone)}T${clock(instant, zone)}`;
}

/**
 * The instant of a local time in a zone. Null if the local time does not exist, because the clocks skip this hour when summer time begins.
 * If it occurs twice, when summer time ends, the first one is returned.
 */
export function instantOf(text: string, zone: string | null): string | null {
  const asUtc = Date.parse(`${text}:00Z`);
  if (Number.isNaN(asUtc)) return null;
  // The offset from UTC changes at most once in these two days, so one of the two candidates is right.
  const found = [asUtc - DAY_MS, asUtc + DAY_MS]
    .map((near) => new Date(asUtc - offset(near, zone)).toISOString())
    .filter((instant) => localText(instant, zone) === text)
    .sort();
  return found[0] ?? null;
}

/** How far the clocks of a zone are ahead of UTC, in milliseconds. */
function offset(at: number, zone: string | null): number {
  const whole = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  return Date.parse(`${localText(new Date(whole).toISOString(), zone)}:00Z`) - whole;
}
