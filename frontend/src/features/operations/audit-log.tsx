import { useState } from 'react';
import { AuditEntries } from './audit-entries';
import { PageHeader } from './components/console';
import css from './components/console.module.css';
import { FilterField } from './components/filter-field';
import type { AuditFilter } from './queries';

/** The audit log, with filters. */
export function AuditLog() {
  const [filter, setFilter] = useState<AuditFilter>({});
  const filterBy = (name: keyof AuditFilter) => (text: string | undefined) =>
    setFilter((now) => ({ ...now, [name]: text }));
  return (
    <>
      <PageHeader title="Audit log" />
      <div className={css.bar}>
        <FilterField
          label="Entity"
          placeholder="flight, import, queue, …"
          first
          onChange={filterBy('entity')}
        />
        <FilterField label="Action" placeholder="flight.cancelled" onChange={filterBy('action')} />
        <FilterField label="Who" placeholder="a username" onChange={filterBy('user')} />
      </div>
      <AuditEntries {...filter} />
    </>
  );
}
