import { NativeSelect } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import type { DeadLetterKind, DeadLetterStatus } from '@/features/operations/api-types';
import { PageHeader } from '@/features/operations/components/console';
import css from '@/features/operations/components/console.module.css';
import { FilterField } from '@/features/operations/components/filter-field';
import { MoreButton, Table } from '@/features/operations/components/table';
import { type DeadLetterFilter, operationsQueries, useDeadLetterAction } from '@/features/operations/queries';
import { DeadLetterBulkActions } from './bulk-actions';
import { DeadLetterRow } from './dead-letter-row';

const COLUMNS = [
  { name: 'Given up' },
  { name: 'Kind' },
  { name: 'Queue' },
  { name: 'Subject' },
  { name: 'Error' },
  { name: 'Action', actions: true },
];
const STATUSES: DeadLetterStatus[] = ['open', 'replayed', 'discarded'];
const KINDS: DeadLetterKind[] = ['booking', 'import', 'refund', 'message'];

/** The dead letters: work that was given up, to inspect, replay or discard. */
export function DeadLetters({ mayChange }: { mayChange: boolean }) {
  const [filter, setFilter] = useState<DeadLetterFilter>({ status: 'open' });
  const query = useInfiniteQuery(operationsQueries.deadLetters(filter));
  const deadLetterAction = useDeadLetterAction();
  const letters = query.data?.pages.flatMap((page) => page.data);
  return (
    <>
      <PageHeader title="Dead letters" />
      <div className={css.bar}>
        <NativeSelect
          size="xs"
          label="Status"
          data={STATUSES}
          value={filter.status}
          onChange={({ currentTarget }) =>
            setFilter({ ...filter, status: currentTarget.value as DeadLetterStatus })
          }
        />
        <NativeSelect
          size="xs"
          label="Kind"
          data={[{ value: '', label: 'all' }, ...KINDS]}
          value={filter.kind ?? ''}
          onChange={({ currentTarget }) =>
            setFilter({ ...filter, kind: (currentTarget.value || undefined) as DeadLetterKind | undefined })
          }
        />
        <FilterField
          label="Part of the error"
          placeholder="Press / to type"
          first
          onChange={(text) => setFilter((now) => ({ ...now, text }))}
        />
        {filter.status !== 'replayed' && (
          <DeadLetterBulkActions key={JSON.stringify(filter)} filter={filter} mayChange={mayChange} />
        )}
      </div>
      {deadLetterAction.isError && (
        <ProblemNote error={deadLetterAction.error} title="The dead letter was not changed." />
      )}
      {letters === undefined ? (
        <QueryFallback
          query={query}
          loading="Loading the dead letters"
          failed="The dead letters could not be loaded."
          heights={[240]}
        />
      ) : letters.length === 0 ? (
        <p className={css.empty}>No dead letter is {filter.status} and matches.</p>
      ) : (
        <Table label="Dead letters" columns={COLUMNS}>
          {letters.map((letter) => (
            <DeadLetterRow
              key={letter.id}
              letter={letter}
              mayChange={mayChange}
              busy={deadLetterAction.isPending && deadLetterAction.variables.id === letter.id}
              onAction={(action) => deadLetterAction.mutate({ id: letter.id, action })}
            />
          ))}
        </Table>
      )}
      <MoreButton query={query} />
    </>
  );
}
