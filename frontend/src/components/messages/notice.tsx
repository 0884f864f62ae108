import type { ReactNode } from 'react';
import css from './notice.module.css';

interface Props {
  title?: string;
  /** `alert` interrupts a screen reader: for the result of what the user has just done. */
  role?: 'alert' | 'status';
  children: ReactNode;
}

/** A note that the reader should read before continuing. */
export function Notice({ title, role = 'alert', children }: Props) {
  return (
    <div className={css.notice} role={role}>
      {title && <strong>{title}</strong>}
      {children}
    </div>
  );
}
