import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { QueryFallback } from '@/components/messages/query-fallback';
import type { AuditEntry } from './api-types';
import css from './components/console.module.css';
import { DescriptionList } from './components/description-list';
import { SidePanel } from './components/dialog';
import { formatTime } from './components/format';
import sharedCss from './components/shared.module.css';
import { MoreButton, Table } from './components/table';
import { type AuditFilter, operationsQueries } from './queries';

const COLUMNS = [
  { name: 'When' },
  { name: 'What' },
  { name: 'Who' },
  { name: 'Entity' },
  { name: 'Changed' },
];

/** Who made a change that no account made, such as one of an import or of the sweep. */
const BY_ITSELF = 'Skyqueue itself';

/** Entries of the audit log, newest first. Opening a row shows the state before and after the change. */
export function AuditEntries(filter: AuditFilter) {
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
            <td>{formatTime(entry.at)}</td>
            <td>
              <Button size="compact-xs" variant="subtle" data-opens onClick={() => setShown(entry)}>
                {entry.action}
              </Button>
            </td>
            <td className={css.short}>{entry.username ?? BY_ITSELF}</td>
            <td>
              <code>{entry.entity_id}</code>
            </td>
            <td className={css.long}>{changedFields(entry)}</td>
          </tr>
        ))}
      </Table>
      <MoreButton query={query} />
      {shown && (
        <SidePanel
          title={`${shown.action} by ${shown.username ?? BY_ITSELF}`}
          onClose={() => setShown(undefined)}
        >
          <div className={sharedCss.form}>
            <DescriptionList
              items={[
                ['When', formatTime(shown.at)],
                ['Entity', <code key="entity">{shown.entity_id}</code>],
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
      <DescriptionList items={Object.entries(state).map(([field, value]) => [field, text(value)])} />
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
