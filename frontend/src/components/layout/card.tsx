import type { ComponentProps, ReactNode } from 'react';
import css from './card.module.css';

interface Props extends ComponentProps<'section'> {
  /** For a card that takes the main column. */
  wide?: boolean;
  /** The reader has to decide something here. */
  attention?: boolean;
}

/** A white box with a border and a shadow. Its children stand below each other. */
export function Card({ wide = false, attention = false, ...props }: Props) {
  return (
    <section
      className={css.card}
      data-wide={wide || undefined}
      data-attention={attention || undefined}
      {...props}
    />
  );
}

/** The title of a card, and something short beside it. */
export function CardHead({ children }: { children: ReactNode }) {
  return <div className={css.head}>{children}</div>;
}
