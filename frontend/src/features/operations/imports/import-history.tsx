import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import css from '@/features/operations/parts/console.module.css';
import { at, count } from '@/features/operations/parts/format';
import { StatusMark } from '@/features/operations/parts/status-mark';
import { More, Table } from '@/features/operations/parts/table';
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
                {at(each.created_at)}
              </Link>
            </td>
            <td className={css.long}>{each.file_name ?? '–'}</td>
            <td>{each.username ?? '–'}</td>
            <td>{each.dry_run ? 'only checked' : each.mode === 'create' ? 'new flights only' : 'import'}</td>
            <td>
              <StatusMark status={each.status} />
            </td>
            <td className={css.number}>{count(each.created)}</td>
            <td className={css.number}>{count(each.updated)}</td>
            <td className={css.number}>{count(each.skipped)}</td>
            <td className={css.number}>
              <span className={each.failed > 0 ? css.bad : undefined}>{count(each.failed)}</span>
            </td>
          </tr>
        ))}
      </Table>
      {query.isFetchNextPageError && (
        <ProblemNote error={query.error} title="Older uploads could not be loaded." />
      )}
      <More query={query} />
    </>
  );
}
