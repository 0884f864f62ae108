import type { ReactNode } from 'react';
import css from './pieces.module.css';

interface Props {
  facts: readonly (readonly [name: ReactNode, value: ReactNode])[];
}

/** Names and values, one under the other. */
export function Facts({ facts }: Props) {
  return (
    <dl className={css.facts}>
      {facts.map(([name, value], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the names never change their order
        <div key={index}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
