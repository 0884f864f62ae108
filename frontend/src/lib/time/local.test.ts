import { expect, test } from 'vitest';
import { instantOf, localText } from './local';

test('what the clocks of a place show is the instant at which they show it', () => {
  expect(instantOf('2026-12-01T06:20', 'Asia/Kolkata')).toBe('2026-12-01T00:50:00.000Z');
  expect(instantOf('2026-12-01T06:20', 'America/New_York')).toBe('2026-12-01T11:20:00.000Z');
  expect(instantOf('2026-12-01T06:20', null)).toBe('2026-12-01T06:20:00.000Z');
  expect(localText('2026-12-01T00:50:00Z', 'Asia/Kolkata')).toBe('2026-12-01T06:20');
  expect(localText('2026-11-30T20:00:00Z', 'Asia/Kolkata')).toBe('2026-12-01T01:30');
});

test('an hour that is left out has no instant, and of an hour that comes twice it is the first', () => {
  expect(instantOf('2026-03-29T02:30', 'Europe/Berlin')).toBeNull();
  expect(instantOf('2026-03-29T03:30', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z');
  expect(instantOf('2026-10-25T02:30', 'Europe/Berlin')).toBe('2026-10-25T00:30:00.000Z');
  expect(instantOf('2026-10-25T03:30', 'Europe/Berlin')).toBe('2026-10-25T02:30:00.000Z');
});

test('what is no time has no instant', () => {
  expect(instantOf('', 'Asia/Kolkata')).toBeNull();
  expect(instantOf('2026-13-01T06:20', 'Asia/Kolkata')).toBeNull();
});
