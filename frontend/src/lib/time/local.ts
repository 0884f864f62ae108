import { clock, dayAt } from './time';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** What a field for a day and a time of day holds, `2026-12-01T06:20`: the instant on the clocks of a zone; without one, in UTC. */
export function localText(instant: string, zone: string | null): string {
  return `${dayAt(instant, zone)}T${clock(instant, zone)}`;
}

/**
 * The instant at which the clocks of a zone show this text, and null where they never do: in the hour that is left out when summer
 * time begins. In the hour that comes twice it is the first one.
 */
export function instantOf(text: string, zone: string | null): string | null {
  const asUtc = Date.parse(`${text}:00Z`);
  if (Number.isNaN(asUtc)) return null;
  // The offset from UTC changes at most once in these two days, so one of both is the right one.
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
