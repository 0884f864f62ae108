import { useQuery } from '@tanstack/react-query';
import { importQueries } from '@/features/operations/imports/queries';
import type { FlightChange, ImportView } from '@/lib/api-types';
import css from './import-warnings.module.css';

/** Warnings about the flights that an import changes, or would change: those with bookings, and those that may exist twice. */
export function ImportWarnings({ report }: { report: ImportView }) {
  const { data } = useQuery({
    ...importQueries.changes(report.job_id),
    enabled: report.changes_url !== null,
  });
  const warnings =
    data?.data.filter((change) => change.bookings > 0 || change.effect === 'added_beside') ?? [];
  if (warnings.length === 0) return null;
  return (
    <div>
      <h3 className={css.title}>{report.dry_run ? 'Look at these before you upload' : 'Look at these'}</h3>
      <ul className={css.list}>
        {warnings.map((change) => (
          <li key={change.line}>
            <span className={css.line}>Line {change.line}</span> {warningText(change, report.dry_run)}
          </li>
        ))}
      </ul>
      {data?.next_cursor != null && <p className={css.more}>These are the first of them.</p>}
    </div>
  );
}

function warningText({ flight_number, effect, changes, bookings }: FlightChange, dryRun: boolean): string {
  const travellers = bookings === 1 ? '1 booking' : `${bookings} bookings`;
  if (effect === 'added_beside') {
    const times = changes.find(({ field }) => field === 'departure_ts');
    const moved = times ? ` (${times.before} and ${times.after})` : '';
    return `${flight_number} flies this route on that day at another time${moved}, with ${travellers}. The row ${dryRun ? 'would add' : 'added'} a second flight. To move the flight instead, choose “Flights that moved”.`;
  }
  const fields = changes.map(({ field }) => field).join(', ');
  return `${flight_number} ${dryRun ? 'would change' : 'changed'} (${fields}), with ${travellers}.`;
}
