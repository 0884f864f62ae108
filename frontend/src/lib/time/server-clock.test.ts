import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { correctClock, now, resetClockCorrection } from './server-clock';

const DEVICE = Date.parse('2026-12-01T10:00:00Z');

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: DEVICE });
  resetClockCorrection();
});
afterEach(() => {
  vi.useRealTimers();
  resetClockCorrection();
});

function answered(date: string | null, sentAt = DEVICE): number {
  correctClock(new Headers(date ? { Date: date } : {}), sentAt);
  return now() - DEVICE;
}

test('a device that is a day late or an hour early goes by the server', () => {
  expect(answered('Wed, 02 Dec 2026 10:00:00 GMT')).toBe(86_400_000);
  resetClockCorrection();
  expect(Math.abs(answered('Tue, 01 Dec 2026 09:00:00 GMT') + 3_600_000)).toBeLessThanOrEqual(5000);
});

test('a right clock stays as it is, also when the answer was slow', () => {
  expect(answered('Tue, 01 Dec 2026 10:00:00 GMT')).toBe(0);
  // A busy server writes a date that is some seconds old.
  expect(answered('Tue, 01 Dec 2026 09:59:57 GMT')).toBe(0);
  expect(answered('Tue, 01 Dec 2026 09:59:40 GMT', DEVICE - 30_000)).toBe(0);
});

test('an answer without a readable date corrects nothing', () => {
  expect(answered(null)).toBe(0);
  expect(answered('soon')).toBe(0);
});
