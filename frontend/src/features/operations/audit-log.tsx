import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { QueryFallback } from '@/components/messages/query-fallback';
import { Head } from './parts/console';
import css from './parts/console.module.css';
import { FilterField } from './parts/filter-field';
import { at } from './parts/format';
import { More, Table } from './parts/table';
import { operationsQueries } from './queries';

const COLUMNS = [
  { name: 'When' },
  { name: 'What' },
  { name: 'Of' },
  { name: 'By' },
  { name: 'Before' },
  { name: 'After' },
];

/** Who changed what, newest first. */
export function AuditLog() {
  const [entity, setEntity] = useState<string>();
  const query = useInfiniteQuery(operationsQueries.audit(entity));
  const entries = query.data?.pages.flatMap((page) => page.data);
  return (
    <>
      <Head title="Audit log" />
      <div className={css.bar}>
        <FilterField label="Noun" placeholder="flight, import, queue, …" first onChange={setEntity} />
      </div>
      {entries === undefined ? (
        <QueryFallback
          query={query}
          loading="Loading the audit log"
          failed="The audit log could not be loaded."
          heights={[320]}
        />
      ) : entries.length === 0 ? (
        <p className={css.well}>No change matches.</p>
      ) : (
        <Table label="Changes" columns={COLUMNS}>
          {entries.map((entry) => (
            <tr key={entry.id} tabIndex={-1}>
              <td>{at(entry.at)}</td>
              <td>{entry.action}</td>
              <td>
                <code>{entry.entity_id}</code>
              </td>
              <td>
                <code>{entry.user_id ?? 'the product'}</code>
              </td>
              <State of={entry.before} />
              <State of={entry.after} />
            </tr>
          ))}
        </Table>
      )}
      <More query={query} />
    </>
  );
}

function State({ of }: { of: Record<string, unknown> | null }) {
  const text = of ? JSON.stringify(of) : '–';
  return (
    <td className={css.long} title={text}>
      <code>{text}</code>
    </td>
  );
}
