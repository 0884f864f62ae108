import { expect, test } from 'vitest';
import { add, isZero, money, multiply, subtract } from './money';

test('a price times seats has no binary fraction', () => {
  expect(multiply('0.10', 3)).toBe('0.30');
  expect(multiply('4999.99', 9)).toBe('44999.91');
});

test('sums and differences have no binary fraction', () => {
  expect(add('0.10', '0.20')).toBe('0.30');
  expect(add('1000.10', '30000.20', '0.05')).toBe('31000.35');
  expect(subtract('15000.00', '11250.10')).toBe('3749.90');
  expect([isZero('0.00'), isZero('0.01')]).toEqual([true, false]);
});

test('cents show only where there are any', () => {
  expect(money('7500.00', 'INR')).toContain('7,500');
  expect(money('7500.00', 'INR')).not.toContain('.00');
  expect(money('19.90', 'EUR')).toContain('19.90');
});

test('a currency has its own decimals', () => {
  expect(multiply('12.345', 2)).toBe('24.69');
  expect(add('12.345', '0.001')).toBe('12.346');
  expect(money('12.345', 'KWD')).toContain('12.345');
  expect(money('1001', 'JPY')).toMatch(/1,001$/);
});
