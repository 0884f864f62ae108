import type { ReactNode } from 'react';
import css from './empty-note.module.css';

/** Stands where there is nothing to show: says why, and what the reader can do about it. */
export function EmptyNote({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className={css.note}>
      <svg viewBox="0 0 220 60" className={css.path} aria-hidden="true">
        <path d="M6 52C60 52 150 46 204 12" />
        <circle cx="6" cy="52" r="4" />
        <circle cx="204" cy="12" r="4" className={css.hollow} />
      </svg>
      <h2>{title}</h2>
      <div className={css.text}>{children}</div>
    </div>
  );
}
