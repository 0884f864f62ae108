import { render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { Countdown } from './countdown';

test('no more is left than the whole hold, also by a clock that is slow', () => {
  const since = Date.now() + 4_000;
  const until = since + 15 * 60_000;
  const instant = (ms: number) => new Date(ms).toISOString();
  const { rerender } = render(<Countdown until={instant(until)} />);
  expect(screen.getByRole('timer')).toHaveTextContent('15:04');
  rerender(<Countdown until={instant(until)} since={instant(since)} />);
  expect(screen.getByRole('timer')).toHaveTextContent('15:00');
});
