import type { ReactNode } from 'react';
import css from './page.module.css';

/** The measure and the title of a page; `title` goes to the browser's tab. */
export function Page({
  title,
  narrow = false,
  children,
}: {
  title: string;
  narrow?: boolean;
  children: ReactNode;
}) {
  return (
    <div className={css.page} data-narrow={narrow || undefined}>
      <title>{`${title} · Skyqueue`}</title>
      {children}
    </div>
  );
}
