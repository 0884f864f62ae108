import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { render, screen } from '@testing-library/react';
import type { ReactNode } from 'react';
import { expect, test } from 'vitest';
import { Countdown } from './countdown';

function Languages({ children }: { children: ReactNode }) {
  return <I18nProvider i18n={i18n}>{children}</I18nProvider>;
}

test('no more is left than the whole hold, also by a clock that is slow', () => {
  const since = Date.now() + 4_000;
  const until = since + 15 * 60_000;
  const instant = (ms: number) => new Date(ms).toISOString();
  const { rerender } = render(<Countdown until={instant(until)} />, { wrapper: Languages });
  expect(screen.getByRole('timer')).toHaveTextContent('15:04');
  rerender(<Countdown until={instant(until)} since={instant(since)} />);
  expect(screen.getByRole('timer')).toHaveTextContent('15:00');
});
