import { Button } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { type KeyboardEvent, type ReactNode, useRef } from 'react';
import css from './console.module.css';

interface Column {
  name: string;
  number?: boolean;
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

/** Dense rows. The keys j and k go from row to row, where rows can take the focus, and Enter opens the first link of a row. */
export function Table({ label, columns, sort, onSort, children }: Props) {
  const body = useRef<HTMLTableSectionElement>(null);
  const move = (step: number) => {
    const rows = [...(body.current?.querySelectorAll<HTMLElement>('tr[tabindex]') ?? [])];
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    rows[Math.min(Math.max(at + step, 0), rows.length - 1)]?.focus();
  };
  useHotkeys([
    ['j', () => move(1)],
    ['k', () => move(-1)],
  ]);
  const open = ({ key, target }: KeyboardEvent) => {
    if (key === 'Enter' && target instanceof HTMLTableRowElement)
      target.querySelector<HTMLElement>('a, button')?.click();
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by the keyboard
    <section className={css.scroll} aria-label={label} tabIndex={0}>
      <table className={css.table}>
        <thead>
          <tr>
            {columns.map(({ name, number, sort: by }) => (
              <th
                key={name}
                scope="col"
                className={number ? css.number : undefined}
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
        <tbody ref={body} onKeyDown={open}>
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
export function More({ query }: MoreProps) {
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
