import { NativeSelect } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { QueryFallback } from '@/components/messages/query-fallback';
import type { LedgerKind } from '@/features/operations/api-types';
import { PageHeader } from '@/features/operations/components/console';
import css from '@/features/operations/components/console.module.css';
import { FilterField } from '@/features/operations/components/filter-field';
import { MoreButton } from '@/features/operations/components/table';
import { Ledger } from './ledger';
import { bookingQueries, type LedgerFilter } from './queries';

const STATUSES = {
  charge: ['SUCCEEDED', 'DECLINED', 'REQUIRES_PAYMENT', 'PROCESSING', 'UNKNOWN', 'SURPLUS'],
  refund: ['SUCCEEDED', 'PENDING', 'FAILED'],
};

/** Every charge and every refund, newest first. */
export function Payments() {
  const [filter, setFilter] = useState<LedgerFilter>({});
  const query = useInfiniteQuery(bookingQueries.ledger(filter));
  const entries = query.data?.pages.flatMap((page) => page.data);
  const statuses = filter.kind ? STATUSES[filter.kind] : [...new Set(Object.values(STATUSES).flat())];
  return (
    <>
      <PageHeader title="Payments" />
      <div className={css.bar}>
        <FilterField
          label="Reference of the booking"
          placeholder="Press / to type"
          first
          onChange={(reference) => setFilter((now) => ({ ...now, reference }))}
        />
        <NativeSelect
          size="xs"
          label="Kind"
          data={[
            { value: '', label: 'all' },
            { value: 'charge', label: 'charges' },
            { value: 'refund', label: 'refunds' },
          ]}
          value={filter.kind ?? ''}
          onChange={({ currentTarget }) => {
            const kind = (currentTarget.value || undefined) as LedgerKind | undefined;
            setFilter(({ reference }) => ({ reference, kind }));
          }}
        />
        <NativeSelect
          size="xs"
          label="Status"
          data={[
            { value: '', label: 'all' },
            ...statuses.map((value) => ({ value, label: value.toLowerCase().replaceAll('_', ' ') })),
          ]}
          value={filter.status ?? ''}
          onChange={({ currentTarget }) => {
            const status = currentTarget.value || undefined;
            setFilter((now) => ({ ...now, status }));
          }}
        />
      </div>
      {entries === undefined ? (
        <QueryFallback
          query={query}
          loading="Loading the payments"
          failed="The payments could not be loaded."
          heights={[320]}
        />
      ) : entries.length === 0 ? (
        <p className={css.empty}>No payment matches.</p>
      ) : (
        <Ledger entries={entries} showBooking />
      )}
      <MoreButton query={query} />
    </>
  );
}
