import { useState } from 'react';
import { Changes } from './changes';
import { Head } from './parts/console';
import css from './parts/console.module.css';
import { FilterField } from './parts/filter-field';
import type { AuditFilter } from './queries';

/** Who changed what, newest first. */
export function AuditLog() {
  const [filter, setFilter] = useState<AuditFilter>({});
  const narrow = (name: keyof AuditFilter) => (text: string | undefined) =>
    setFilter((now) => ({ ...now, [name]: text }));
  return (
    <>
      <Head title="Audit log" />
      <div className={css.bar}>
        <FilterField label="Noun" placeholder="flight, import, queue, …" first onChange={narrow('entity')} />
        <FilterField label="Action" placeholder="flight.cancelled" onChange={narrow('action')} />
        <FilterField label="Who" placeholder="a username" onChange={narrow('user')} />
      </div>
      <Changes {...filter} />
    </>
  );
}
