import { clock, dayAt, dayText } from '@/lib/time/time';

/** `Tue 1 Dec 06:20`, on the clocks of a place; marked where its zone is not known. */
export function moment(instant: string, zone: string | null): string {
  const told = `${dayText(dayAt(instant, zone))} ${clock(instant, zone)}`;
  return zone ? told : `${told} UTC`;
}
