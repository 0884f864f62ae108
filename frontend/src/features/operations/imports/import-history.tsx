import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import css from '@/features/operations/components/console.module.css';
import { formatCount, formatTime } from '@/features/operations/components/format';
import { StatusBadge } from '@/features/operations/components/status-badge';
import { MoreButton, Table } from '@/features/operations/components/table';
import { importQueries } from './queries';

const COLUMNS = [
  { name: 'When' },
  { name: 'File' },
  { name: 'Who' },
  { name: 'What' },
  { name: 'Status' },
  { name: 'New', number: true },
  { name: 'Changed', number: true },
  { name: 'Unchanged', number: true },
  { name: 'With errors', number: true },
];

/** Every file that was uploaded, newest first, each with a link to its report. */
export function ImportHistory() {
  const query = useInfiniteQuery(importQueries.list());
  if (!query.data) {
    return (
      <QueryFallback
        query={query}
        loading="Loading the uploads"
        failed="The uploads could not be loaded."
        heights={[120]}
      />
    );
  }
  const imports = query.data.pages.flatMap((page) => page.data);
  if (imports.length === 0) return null;
  return (
    <>
      <h2>All uploads</h2>
      <Table label="All uploads" columns={COLUMNS}>
        {imports.map((each) => (
          <tr key={each.job_id} tabIndex={-1}>
            <td>
              <Link to="/operations/imports" search={{ import: each.job_id }}>
                {formatTime(each.created_at)}
              </Link>
            </td>
            <td className={css.long}>{each.file_name ?? '–'}</td>
            <td className={css.short}>{each.username ?? '–'}</td>
            <td>{each.dry_run ? 'only checked' : each.mode === 'create' ? 'new flights only' : 'import'}</td>
            <td>
              <StatusBadge status={each.status} />
            </td>
            <td className={css.number}>{formatCount(each.created)}</td>
            <td className={css.number}>{formatCount(each.updated)}</td>
            <td className={css.number}>{formatCount(each.skipped)}</td>
            <td className={css.number}>
              <span className={each.failed > 0 ? css.bad : undefined}>{formatCount(each.failed)}</span>
            </td>
          </tr>
        ))}
      </Table>
      {query.isFetchNextPageError && (
        <ProblemNote error={query.error} title="Older uploads could not be loaded." />
      )}
      <MoreButton query={query} />
    </>
  );
}
