import { expect, test, vi } from 'vitest';
import { dateFormat, listFormat, numberFormat } from './intl';
import { wholeMoney } from './money';
import { dayText } from './time/time';

test('a formatter is made once for each locale and its options', () => {
  const options = { style: 'currency', currency: 'INR' } as const;
  expect(numberFormat('en-IN', { ...options })).toBe(numberFormat('en-IN', { ...options }));
  expect(numberFormat('de-DE', options)).not.toBe(numberFormat('en-IN', options));
  expect(numberFormat('en-IN', { ...options, currency: 'EUR' })).not.toBe(numberFormat('en-IN', options));
  expect(dateFormat('en-GB', { timeZone: 'UTC' })).toBe(dateFormat('en-GB', { timeZone: 'UTC' }));
  expect(listFormat('en-GB', { type: 'disjunction' }).format(['a', 'b'])).toBe('a or b');
});

test('what a row of results shows again needs no new formatter', () => {
  dayText('2026-12-01', '2026-11-30');
  wholeMoney('5450.00', 'INR');
  const dates = vi.spyOn(Intl, 'DateTimeFormat');
  const numbers = vi.spyOn(Intl, 'NumberFormat');
  expect(dayText('2026-12-02', '2026-11-30')).toBe('Wed 2 Dec');
  expect(wholeMoney('6200.00', 'INR')).toBe('₹6,200');
  expect(dates).not.toHaveBeenCalled();
  expect(numbers).not.toHaveBeenCalled();
});
