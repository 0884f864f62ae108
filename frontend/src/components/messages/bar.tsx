import type { ComponentProps } from 'react';
import css from './bar.module.css';

interface Props extends ComponentProps<'div'> {
  tone: 'good' | 'warn';
}

/** One line across the top of every page: something that the traveller should know now. Not on paper. */
export function Bar({ tone, ...props }: Props) {
  return <div className={css.bar} data-tone={tone} data-screen-only {...props} />;
}
