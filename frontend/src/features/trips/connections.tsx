import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { OfferList } from '@/components/offer-row';
import { ProblemNote } from '@/components/problem-note';
import { asProblem } from '@/lib/problem';
import { dayWords } from '@/lib/time';
import { connections, type Wanted } from './api';
import { ConnectionRow } from './connection-row';
import css from './connections.module.css';

interface Props extends Wanted {
  /** Whether there are direct flights, all of them too full for the party. */
  beside: boolean;
  /** What to show when there is no such way either. */
  none: ReactNode;
}

/** The ways with a change of plane, for when no direct flight will do. */
export function Connections({ beside, none, ...wanted }: Props) {
  const { data, error, isPending, isFetching, refetch } = useQuery(connections(wanted));
  if (isPending) {
    return (
      <div role="status" aria-label="Looking for connections">
        <Skeleton height={104} radius={16} />
      </div>
    );
  }
  if (!data) {
    // One place twice, or a place that cannot be: the search has no flights, and says why.
    if (asProblem(error).status === 422) return none;
    return (
      <ProblemNote
        error={error}
        title="The connections could not be loaded."
        onRetry={() => refetch()}
        retrying={isFetching}
      />
    );
  }
  const { ways, complete } = data;
  if (ways.length === 0) return none;
  return (
    <section className={css.connections}>
      <div>
        <h2 className={css.title}>
          {beside ? 'With a change of plane' : `No direct flights on ${dayWords(wanted.date)}`}
        </h2>
        <p className={css.found} role="status">
          {ways.length === 1 ? 'There is one way' : `There are ${ways.length} ways`} with a change of plane.
          {!complete && ' There may be more.'}
        </p>
      </div>
      <OfferList>
        {ways.map((way) => (
          <ConnectionRow
            key={way.segments.map(({ id }) => id).join()}
            connection={way}
            seats={wanted.seats}
          />
        ))}
      </OfferList>
    </section>
  );
}
