import { Button } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { type ReactNode, useRef } from 'react';
import css from './console.module.css';

interface Props {
  /** For screen readers. */
  label: string;
  columns: readonly { name: string; number?: boolean }[];
  children: ReactNode;
}

/** Dense rows. The keys j and k go from row to row, where rows can take the focus. */
export function Table({ label, columns, children }: Props) {
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
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by the keyboard
    <section className={css.scroll} aria-label={label} tabIndex={0}>
      <table className={css.table}>
        <thead>
          <tr>
            {columns.map(({ name, number }) => (
              <th key={name} scope="col" className={number ? css.number : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>{children}</tbody>
      </table>
    </section>
  );
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
