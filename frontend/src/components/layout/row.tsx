import type { ComponentProps } from 'react';
import css from './row.module.css';

interface Props extends ComponentProps<'li'> {
  dimmed?: boolean;
}

/** One entry of a list, as a card. A link inside it with the class `rowLink` covers the whole row. */
export function Row({ dimmed = false, className = '', ...props }: Props) {
  return <li className={`${css.row} ${className}`} data-dimmed={dimmed || undefined} {...props} />;
}

/** A list of rows, one below the other. */
export function Rows(props: ComponentProps<'ul'>) {
  return <ul className={css.rows} {...props} />;
}

export const rowLink = css.link ?? '';
