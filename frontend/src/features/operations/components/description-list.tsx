import type { ReactNode } from 'react';
import css from './shared.module.css';

interface Props {
  items: readonly (readonly [name: ReactNode, value: ReactNode])[];
}

/** Names and values, one under the other. */
export function DescriptionList({ items }: Props) {
  return (
    <dl className={css.facts}>
      {items.map(([name, value], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the names never change their order
        <div key={index}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
