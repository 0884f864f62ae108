const COUNT = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });
const AT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'short', timeStyle: 'medium' });

/** In the time zone of the browser. */
export function formatTime(instant: string): string {
  return AT.format(new Date(instant));
}

export function formatCount(value: number): string {
  return COUNT.format(value);
}

/** A dash for what is not known. */
export function orDash(value: number | null, format: (value: number) => string = formatCount): string {
  return value === null ? '–' : format(value);
}

export function formatMs(value: number): string {
  return value < 1000 ? `${COUNT.format(Math.round(value))} ms` : formatSeconds(value / 1000);
}

export function formatSeconds(value: number): string {
  if (value < 120) return `${COUNT.format(value)} s`;
  return value < 7200 ? `${COUNT.format(value / 60)} min` : `${COUNT.format(value / 3600)} h`;
}
