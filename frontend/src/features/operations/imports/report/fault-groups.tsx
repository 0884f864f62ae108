import { useQuery } from '@tanstack/react-query';
import { DownloadButton } from '@/components/controls/download-button';
import { QueryFallback } from '@/components/messages/query-fallback';
import css from '@/features/operations/components/console.module.css';
import { formatCount } from '@/features/operations/components/format';
import sharedCss from '@/features/operations/components/shared.module.css';
import { Table } from '@/features/operations/components/table';
import { importQueries } from '@/features/operations/imports/queries';
import type { ImportView } from '@/lib/api-types';

const COLUMNS = [
  { name: 'Fault' },
  { name: 'Column' },
  { name: 'Rows', number: true },
  { name: 'Values', number: true },
  { name: 'Most often' },
  { name: 'First line', number: true },
];
const SHOWN = 3;

/** The faults of all rows, grouped and counted by the server. */
export function FaultGroups({ report }: { report: ImportView }) {
  const query = useQuery(importQueries.faults(report.job_id, report.failed));
  return (
    <section className={sharedCss.form} aria-label="Faults">
      <div className={css.head}>
        <h3>What to fix</h3>
        {report.failed_rows_url && (
          <DownloadButton path={report.failed_rows_url} name="rows-to-fix.csv" size="xs">
            Download these rows
          </DownloadButton>
        )}
      </div>
      <p className={css.fine}>{otherRowsText(report)} Correct these rows and upload them again.</p>
      {query.data ? (
        <Table label="Faults by cause" columns={COLUMNS}>
          {query.data.map((group) => (
            <tr key={`${group.code} ${group.column}`} tabIndex={-1}>
              <td className={css.wraps}>
                <div>{group.examples[0]?.message}</div>
                <code>{group.code}</code>
              </td>
              <td>{group.column ?? 'whole row'}</td>
              <td className={css.number}>{formatCount(group.rows)}</td>
              <td className={css.number}>{formatCount(group.values)}</td>
              <td>
                {group.examples.slice(0, SHOWN).map(({ value, rows, line }) => (
                  <div key={`${line} ${value}`}>
                    “{value || 'empty'}”{' '}
                    <span className={css.fine}>
                      {rows === 1 ? `line ${line}` : `${formatCount(rows)} rows, from line ${line}`}
                    </span>
                  </div>
                ))}
              </td>
              <td className={css.number}>{group.first_line}</td>
            </tr>
          ))}
        </Table>
      ) : (
        <QueryFallback
          query={query}
          loading="Loading the faults"
          failed="The faults could not be loaded."
          heights={[120]}
        />
      )}
    </section>
  );
}

/** What became of the rows without errors, as far as the import has come. */
function otherRowsText({ status, dry_run: dryRun, created, updated, skipped }: ImportView): string {
  const good = created + updated + skipped;
  if (status === 'PENDING' || status === 'IN_PROGRESS') return 'The other rows are still being read.';
  if (good === 0) return dryRun ? 'No row is correct yet.' : 'No row is imported yet.';
  if (status === 'COMPLETED') return dryRun ? 'Every other row is correct.' : 'Every other row is imported.';
  const rows = `${good.toLocaleString('en-GB')} other ${good === 1 ? 'row' : 'rows'}`;
  return dryRun
    ? `${rows} read before it stopped ${good === 1 ? 'is' : 'are'} correct.`
    : `${rows} read before it stopped ${good === 1 ? 'is' : 'are'} imported.`;
}
