import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { rulesFor } from './fare-rules';

const TERMS = { free_hours: 24, free_days: 7, fee_percent: '25', no_refund_hours: 24 };
const TOTAL = { amount: '15000.10', currency: 'INR' };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-12-01T10:00:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

const costs = (departure: string, terms = TERMS) => rulesFor(terms, TOTAL, departure).map(({ cost }) => cost);

test('long before the departure cancelling is free for a day, then costs a part, then everything', () => {
  const rules = rulesFor(TERMS, TOTAL, '2026-12-20T06:00:00Z');
  expect(rules.map(({ cost }) => cost)).toEqual(['Free', '₹3,750.03 (25 %)', 'Nothing is refunded']);
  expect(rules[0]?.when).toMatch(/^Until Wed 2 Dec, /);
  expect(rules[1]?.when).toMatch(/^Then until (Fri 18|Sat 19) Dec, /);
  expect(rules[2]?.when).toBe('After that');
});

test('within the days in which it is not free, and on the last day, less is given back', () => {
  expect(costs('2026-12-05T06:00:00Z')).toEqual(['₹3,750.03 (25 %)', 'Nothing is refunded']);
  expect(rulesFor(TERMS, TOTAL, '2026-12-02T06:00:00Z')).toEqual([
    { when: 'From now on', cost: 'Nothing is refunded' },
  ]);
});

test('an installation without a fee says so', () => {
  expect(costs('2026-12-05T06:00:00Z', { ...TERMS, fee_percent: '0' })).toEqual([
    'Free',
    'Nothing is refunded',
  ]);
});
