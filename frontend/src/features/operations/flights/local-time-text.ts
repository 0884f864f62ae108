import { clock, dayAt, dayText } from '@/lib/time/time';

/** `Tue 1 Dec 06:20`, in the time zone of a place; in UTC, and marked as such, where its zone is not known. */
export function localTimeText(instant: string, zone: string | null): string {
  const text = `${dayText(dayAt(instant, zone))} ${clock(instant, zone)}`;
  return zone ? text : `${text} UTC`;
}
