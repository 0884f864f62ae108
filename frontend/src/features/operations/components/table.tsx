import { Button } from '@mantine/core';
import { type FocusEvent, type KeyboardEvent, type ReactNode, useLayoutEffect, useRef } from 'react';
import css from './console.module.css';

interface Column {
  name: string;
  number?: boolean;
  /** A column of buttons, which stays visible when the table is scrolled sideways. */
  actions?: boolean;
  /** The list can be ordered by it: the name of the order, without its direction. */
  sort?: string;
}

interface Props {
  /** For screen readers. */
  label: string;
  columns: readonly Column[];
  /** The present order, with `-` before it where the largest comes first. */
  sort?: string | undefined;
  onSort?: (sort: string) => void;
  children: ReactNode;
}

/**
 * A table with dense rows. Enter opens a row: it presses the first link of the row, or its button with `data-opens`, never a button that
 * changes something. When a row is removed, the next one gets the focus.
 */
export function Table({ label, columns, sort, onSort, children }: Props) {
  const body = useRef<HTMLTableSectionElement>(null);
  const focused = useRef<{ element: HTMLElement; row: number }>(undefined);
  const saveFocus = ({ target }: FocusEvent<HTMLElement>) => {
    const row = target.closest('tr');
    if (row)
      focused.current = { element: target, row: [...(row.parentElement?.children ?? [])].indexOf(row) };
  };
  const clearFocus = ({ target }: FocusEvent<HTMLElement>) => {
    // Not when it was taken away or disabled.
    if (target.isConnected && !target.matches(':disabled')) focused.current = undefined;
  };
  useLayoutEffect(() => {
    const { element, row } = focused.current ?? {};
    if (!element || row === undefined || document.activeElement !== document.body) return;
    const all = body.current?.children ?? [];
    const next = element.isConnected ? element : all[Math.min(row, all.length - 1)];
    if (next instanceof HTMLElement && !next.matches(':disabled')) next.focus({ preventScroll: true });
  });
  const open = ({ key, target }: KeyboardEvent) => {
    if (key === 'Enter' && target instanceof HTMLTableRowElement)
      target.querySelector<HTMLElement>('a, button[data-opens]')?.click();
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by the keyboard
    <section className={css.scroll} aria-label={label} tabIndex={0}>
      <table className={css.table}>
        <thead>
          <tr>
            {columns.map(({ name, number, actions, sort: by }) => (
              <th
                key={name}
                scope="col"
                className={number ? css.number : actions ? css.actions : undefined}
                aria-sort={by ? sortOf(sort, by) : undefined}
              >
                {by && onSort ? (
                  <button
                    type="button"
                    className={css.sort}
                    onClick={() => onSort(sort === by ? `-${by}` : by)}
                  >
                    {name}
                    <span aria-hidden="true">{sort === by ? ' ↑' : sort === `-${by}` ? ' ↓' : ''}</span>
                  </button>
                ) : (
                  name
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={open} onFocus={saveFocus} onBlur={clearFocus}>
          {children}
        </tbody>
      </table>
    </section>
  );
}

function sortOf(sort: string | undefined, by: string): 'ascending' | 'descending' | 'none' {
  if (sort === by) return 'ascending';
  return sort === `-${by}` ? 'descending' : 'none';
}

interface MoreProps {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}

/** Loads the next page of a list that has one. */
export function MoreButton({ query }: MoreProps) {
  if (!query.hasNextPage) return null;
  return (
    <div>
      <Button
        size="xs"
        variant="default"
        onClick={() => query.fetchNextPage()}
        loading={query.isFetchingNextPage}
      >
        Show more
      </Button>
    </div>
  );
}
