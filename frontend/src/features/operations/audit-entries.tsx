import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { QueryFallback } from '@/components/messages/query-fallback';
import css from './parts/console.module.css';
import { SidePanel } from './parts/dialog';
import { Facts } from './parts/facts';
import { at } from './parts/format';
import pieces from './parts/pieces.module.css';
import { More, Table } from './parts/table';
import { type AuditFilter, operationsQueries } from './queries';
import type { AuditEntry } from './wire';

const COLUMNS = [{ name: 'When' }, { name: 'What' }, { name: 'Who' }, { name: 'Of' }, { name: 'Changed' }];

/** Who changed what, newest first; a row opens with the state before and after. */
export function Changes(filter: AuditFilter) {
  const [shown, setShown] = useState<AuditEntry>();
  const query = useInfiniteQuery(operationsQueries.audit(filter));
  const entries = query.data?.pages.flatMap((page) => page.data);
  if (entries === undefined) {
    return (
      <QueryFallback
        query={query}
        loading="Loading the audit log"
        failed="The audit log could not be loaded."
        heights={[320]}
      />
    );
  }
  if (entries.length === 0) return <p className={css.empty}>No change matches.</p>;
  return (
    <>
      <Table label="Changes" columns={COLUMNS}>
        {entries.map((entry) => (
          <tr key={entry.id} tabIndex={-1}>
            <td>{at(entry.at)}</td>
            <td>
              <Button size="compact-xs" variant="subtle" data-opens onClick={() => setShown(entry)}>
                {entry.action}
              </Button>
            </td>
            <td>{entry.username ?? 'the product'}</td>
            <td>
              <code>{entry.entity_id}</code>
            </td>
            <td className={css.long}>{changedFields(entry)}</td>
          </tr>
        ))}
      </Table>
      <More query={query} />
      {shown && (
        <SidePanel
          title={`${shown.action} by ${shown.username ?? 'the product'}`}
          onClose={() => setShown(undefined)}
        >
          <div className={pieces.form}>
            <Facts
              facts={[
                ['When', at(shown.at)],
                ['Of', <code key="of">{shown.entity_id}</code>],
              ]}
            />
            <State name="Before" state={shown.before} />
            <State name="After" state={shown.after} />
          </div>
        </SidePanel>
      )}
    </>
  );
}

function State({ name, state }: { name: string; state: AuditEntry['before'] }) {
  if (!state) return null;
  return (
    <section>
      <h3>{name}</h3>
      <Facts facts={Object.entries(state).map(([field, value]) => [field, text(value)])} />
    </section>
  );
}

/** `price 7500.00 → 7900.00`: only what differs where both sides are known. */
function changedFields({ before, after }: AuditEntry): string {
  const fields = Object.keys({ ...before, ...after });
  const different = fields.filter((field) => text(before?.[field]) !== text(after?.[field]));
  return different
    .map((field) => {
      const now = text(after?.[field]);
      return before && field in before ? `${field} ${text(before[field])} → ${now}` : `${field} ${now}`;
    })
    .join(', ');
}

function text(value: unknown): string {
  if (value === undefined || value === null) return '–';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
