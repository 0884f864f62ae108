import type { ReactNode } from 'react';
import css from './page.module.css';

interface Props {
  /** For the tab of the browser. */
  title: string;
  narrow?: boolean;
  children: ReactNode;
}

/** The column that holds a page. */
export function Page({ title, narrow = false, children }: Props) {
  return (
    <div className={css.page} data-narrow={narrow || undefined}>
      <title>{`${title} · Skyqueue`}</title>
      {children}
    </div>
  );
}
