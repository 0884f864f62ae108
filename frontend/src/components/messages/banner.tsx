import type { ComponentProps } from 'react';
import css from './banner.module.css';

interface Props extends ComponentProps<'div'> {
  tone: 'good' | 'warn';
}

/** One line with an urgent message at the top of every page. It is not printed. */
export function Banner({ tone, ...props }: Props) {
  return <div className={css.bar} data-tone={tone} data-screen-only {...props} />;
}
