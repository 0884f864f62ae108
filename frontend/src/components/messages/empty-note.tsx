import type { ReactNode } from 'react';
import css from './empty-note.module.css';

interface Props {
  title: string;
  /** 1 where it is the title of its page. */
  level?: 1 | 2;
  children: ReactNode;
}

/** Shown where there is no data (empty state): says why, and what the reader can do. */
export function EmptyNote({ title, level = 2, children }: Props) {
  const Heading = level === 1 ? 'h1' : 'h2';
  return (
    <div className={css.note}>
      <svg viewBox="0 0 220 60" className={css.path} aria-hidden="true">
        <path d="M6 52C60 52 150 46 204 12" />
        <circle cx="6" cy="52" r="4" />
        <circle cx="204" cy="12" r="4" className={css.hollow} />
      </svg>
      <Heading>{title}</Heading>
      <div className={css.text}>{children}</div>
    </div>
  );
}
