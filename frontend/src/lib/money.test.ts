import { expect, test } from 'vitest';
import { money, total } from './money';

test('a total has no binary fractions', () => {
  expect(total('0.10', 3)).toBe('0.30');
  expect(total('4999.99', 9)).toBe('44999.91');
});

test('cents show only where there are any', () => {
  expect(money('7500.00', 'INR')).toContain('7,500');
  expect(money('7500.00', 'INR')).not.toContain('.00');
  expect(money('19.90', 'EUR')).toContain('19.90');
});
