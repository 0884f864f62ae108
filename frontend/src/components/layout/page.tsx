import type { ReactNode } from 'react';
import css from './page.module.css';

interface Props {
  /** For the tab of the browser. */
  title: string;
  narrow?: boolean;
  /** A title for screen readers, while nothing on the page can be its title. */
  heading?: string;
  children: ReactNode;
}

/** The column that holds a page. */
export function Page({ title, narrow = false, heading, children }: Props) {
  return (
    <div className={css.page} data-narrow={narrow || undefined}>
      <title>{`${title} · Skyqueue`}</title>
      {heading && <h1 data-spoken-only>{heading}</h1>}
      {children}
    </div>
  );
}
