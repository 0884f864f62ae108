import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import css from './console.module.css';

const PLACES = [
  ['/operations', 'Overview'],
  ['/operations/queues', 'Queues'],
  ['/operations/dead-letters', 'Dead letters'],
  ['/operations/bookings', 'Bookings'],
  ['/operations/integrations', 'Webhooks and keys'],
  ['/operations/audit', 'Audit log'],
  ['/operations/health', 'Health'],
] as const;

/** The side navigation of the console, and the page beside it. */
export function Console({ children }: { children: ReactNode }) {
  return (
    <div className={css.console}>
      <nav className={css.side} aria-label="Operations">
        {PLACES.map(([to, name]) => (
          <Link key={to} to={to} activeOptions={{ exact: true }}>
            {name}
          </Link>
        ))}
        <hr />
        <Link to="/manage">Imports</Link>
      </nav>
      <div className={css.content}>{children}</div>
    </div>
  );
}

interface HeadProps {
  title: string;
  children?: ReactNode;
}

/** The title of a page of the console, for the tab too, and what can be done beside it. */
export function Head({ title, children }: HeadProps) {
  return (
    <div className={css.head}>
      <title>{`${title} · Operations · Skyqueue`}</title>
      <h1>{title}</h1>
      {children}
    </div>
  );
}
