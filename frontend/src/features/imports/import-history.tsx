import { Button, Skeleton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ProblemNote } from '@/components/problem-note';
import type { ImportSummary } from '@/lib/wire';
import { allImports } from './api';
import css from './import-history.module.css';

/** Every file that was ever uploaded, newest first. */
export function ImportHistory() {
  const { data, error, isPending, isFetching, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } =
    useInfiniteQuery(allImports());
  if (isPending) return <Skeleton height={120} radius={16} />;
  if (!data) {
    return (
      <ProblemNote
        error={error}
        title="The uploads could not be loaded."
        onRetry={() => refetch()}
        retrying={isFetching}
      />
    );
  }
  const imports = data.pages.flatMap((page) => page.data);
  if (imports.length === 0) return null;
  return (
    <section>
      <h2 className={css.title}>All uploads</h2>
      <ul className={css.list}>
        {imports.map((each) => (
          <li key={each.job_id}>
            <Link to="/manage" search={{ import: each.job_id }} className={css.row}>
              <time dateTime={each.created_at}>{moment(each.created_at)}</time>
              <span>{outcome(each)}</span>
            </Link>
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <Button variant="subtle" size="sm" onClick={() => fetchNextPage()} loading={isFetchingNextPage}>
          Show older uploads
        </Button>
      )}
    </section>
  );
}

function moment(instant: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' }).format(
    new Date(instant),
  );
}

function outcome({
  status,
  dry_run: dryRun,
  created,
  updated,
  skipped,
  failed,
  progress,
}: ImportSummary): string {
  if (status === 'PENDING') return 'waiting';
  if (status === 'IN_PROGRESS') return `running, ${Math.floor(progress.percent)} %`;
  const counts = [
    [created, 'new'],
    [updated, 'changed'],
    [skipped, 'same as before'],
    [failed, 'with errors'],
  ] as const;
  const rows = counts
    .filter(([rows]) => rows > 0)
    .map(([rows, words]) => `${rows.toLocaleString('en-GB')} ${words}`);
  const told = rows.length > 0 ? rows.join(', ') : 'no rows';
  return `${dryRun ? 'only checked: ' : ''}${status === 'FAILED' || status === 'CANCELLED' ? 'stopped after ' : ''}${told}`;
}
