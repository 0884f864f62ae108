import { expect, test, vi } from 'vitest';
import {
  addDays,
  clock,
  dayAt,
  daysLater,
  dayText,
  durationText,
  elapsedText,
  isDay,
  supportedZone,
} from './time';

test('a clock shows the local time of a place', () => {
  expect(clock('2026-12-01T20:00:00Z', 'Asia/Kolkata')).toBe('01:30');
  expect(clock('2026-12-01T00:00:00Z', 'Asia/Kolkata')).toBe('05:30');
  expect(clock('2026-12-01T00:00:00Z', null)).toBe('00:00');
});

test('days later are counted between the two local dates', () => {
  expect(dayAt('2026-12-01T20:00:00Z', 'Asia/Kolkata')).toBe('2026-12-02');
  expect(daysLater('2026-12-01T20:00:00Z', 'Europe/London', '2026-12-02T04:00:00Z', 'Asia/Kolkata')).toBe(1);
  // Eastwards over the date line the local arrival is a day before the local departure.
  expect(daysLater('2026-12-01T16:00:00Z', 'Asia/Tokyo', '2026-12-02T02:00:00Z', 'America/Los_Angeles')).toBe(
    -1,
  );
});

test('days are added over the end of a month and of a year, and over a change to summer time', () => {
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
  expect(addDays('2026-03-29', 1)).toBe('2026-03-30');
});

test('a day is written with its year when that is not the present one', () => {
  expect(dayText('2026-12-01', '2026-11-25')).toBe('Tue 1 Dec');
  expect(dayText('2027-01-02', '2026-12-31')).toBe('Sat 2 Jan 2027');
});

test('only a real date in ISO form is a day', () => {
  expect(isDay('2026-12-01')).toBe(true);
  expect(isDay('2028-02-29')).toBe(true);
  for (const text of ['2026-13-01', '01.12.2026', '2026-12-1', '', '2026-02-31', '2027-02-29']) {
    expect(isDay(text)).toBe(false);
  }
});

test('durations and elapsed times have a fitting unit', () => {
  expect([45, 60, 135, 1500, 2880, 4500].map(durationText)).toEqual([
    '45 min',
    '1 h',
    '2 h 15 min',
    '25 h',
    '2 days',
    '3 days 3 h',
  ]);
  expect([4.21, 14.2, 1204, 12_300, 125_000].map(elapsedText)).toEqual([
    '4.2 ms',
    '14 ms',
    '1204 ms',
    '12.3 s',
    '2 min 5 s',
  ]);
});

test('an elapsed time that rounds up to the next unit is written in that unit', () => {
  expect([9.96, 9_999.7, 59_960, 119_600, 3_599_999].map(elapsedText)).toEqual([
    '10 ms',
    '10.0 s',
    '1 min 0 s',
    '2 min 0 s',
    '1 h',
  ]);
});

test('long times are written in hours and in days', () => {
  expect([3_600_000, 12_000_000, 90_000_000, 356_400_000].map(elapsedText)).toEqual([
    '1 h',
    '3 h 20 min',
    '25 h',
    '4 days 3 h',
  ]);
});

test('a zone that the browser does not support is null, and its times are in UTC', () => {
  for (const zone of ['Etc/Unknown', 'Moon/Tranquility', null]) {
    expect(supportedZone(zone)).toBeNull();
    expect(clock('2026-12-01T20:00:00Z', zone)).toBe('20:00');
    expect(dayAt('2026-12-01T20:00:00Z', zone)).toBe('2026-12-01');
  }
  expect(supportedZone('Asia/Kolkata')).toBe('Asia/Kolkata');
});

test('a browser that puts dates together in another way gets the same days', () => {
  const anyText = () => '01/12/2026 A.D., 8 in the evening';
  const prototype = Intl.DateTimeFormat.prototype as { format: object };
  vi.spyOn(prototype, 'format', 'get').mockReturnValue(anyText);
  expect(dayAt('2026-12-01T20:00:00Z', 'Asia/Kolkata')).toBe('2026-12-02');
  expect(clock('2026-12-01T18:40:00Z', 'Asia/Kolkata')).toBe('00:10');
  expect(dayText('2026-12-01', '2026-11-25')).toBe('Tue 1 Dec');
});
