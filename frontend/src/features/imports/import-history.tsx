import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import type { ImportSummary } from '@/lib/wire';
import css from './import-history.module.css';
import { importQueries } from './queries';

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
    <section>
      <h2 className={css.title}>All uploads</h2>
      <ul className={css.list}>
        {imports.map((each) => (
          <li key={each.job_id}>
            <Link to="/operations/imports" search={{ import: each.job_id }} className={css.row}>
              <time dateTime={each.created_at}>{dateAndTime(each.created_at)}</time>
              <span>{outcomeText(each)}</span>
            </Link>
          </li>
        ))}
      </ul>
      {query.isFetchNextPageError && (
        <ProblemNote error={query.error} title="Older uploads could not be loaded." />
      )}
      {query.hasNextPage && (
        <Button
          variant="subtle"
          size="sm"
          onClick={() => query.fetchNextPage()}
          loading={query.isFetchingNextPage}
        >
          Show older uploads
        </Button>
      )}
    </section>
  );
}

/** In the time zone of the browser. */
function dateAndTime(instant: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' }).format(
    new Date(instant),
  );
}

function outcomeText(summary: ImportSummary): string {
  const { status, dry_run: dryRun, progress } = summary;
  if (status === 'PENDING') return 'waiting';
  if (status === 'IN_PROGRESS') return `running, ${Math.floor(progress.percent)} %`;
  const stopped = status === 'FAILED' || status === 'CANCELLED' ? 'stopped after ' : '';
  return `${dryRun ? 'only checked: ' : ''}${stopped}${rowsText(summary)}`;
}

function rowsText({ created, updated, skipped, failed }: ImportSummary): string {
  const counts = [
    [created, 'new'],
    [updated, 'changed'],
    [skipped, 'unchanged'],
    [failed, 'with errors'],
  ] as const;
  const rows = counts
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count.toLocaleString('en-GB')} ${what}`);
  return rows.length > 0 ? rows.join(', ') : 'no rows';
}
