import { Progress, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ProblemNote } from '@/components/problem-note';
import type { ImportView } from '@/lib/wire';
import { importById, isOver } from './api';
import css from './import-report.module.css';
import { RowErrors } from './row-errors';

const TITLES: Record<ImportView['status'], string> = {
  PENDING: 'Waiting for a worker',
  IN_PROGRESS: 'Reading the rows',
  COMPLETED: 'Done',
  FAILED: 'The import stopped',
  CANCELLED: 'Cancelled',
};

const TITLES_OF_A_CHECK: Record<ImportView['status'], string> = {
  ...TITLES,
  COMPLETED: 'Checked, and nothing changed',
  FAILED: 'The check stopped',
};

function titleOf({ status, dry_run: dryRun, progress }: ImportView): string {
  if (status === 'COMPLETED' && progress.processed === 0) return 'The file has no rows';
  return (dryRun ? TITLES_OF_A_CHECK : TITLES)[status];
}

/** One import while it runs and after: how far, what became of the rows, and what is wrong with the rest. */
export function ImportReport({ jobId }: { jobId: string }) {
  const { data, error, isFetching, refetch } = useQuery(importById(jobId));
  if (!data) {
    return error ? (
      <ProblemNote
        error={error}
        title="The import could not be loaded."
        onRetry={() => refetch()}
        retrying={isFetching}
      />
    ) : (
      <Skeleton height={180} radius={16} />
    );
  }
  const report = data.import;
  const { processed, total, percent } = report.progress;
  return (
    <section className={css.report} aria-label="Import">
      <div className={css.head} aria-live="polite">
        <h2>{titleOf(report)}</h2>
        <span>{total ? `${count(processed)} of ${count(total)} rows` : `${count(processed)} rows`}</span>
      </div>
      <Progress
        value={percent}
        animated={!isOver(report)}
        color={report.status === 'FAILED' ? 'red' : 'ink'}
        size="lg"
        radius="xl"
        aria-label="Rows read"
      />
      {report.failure && <p className={css.failure}>{report.failure.message}</p>}
      <dl className={css.counts}>
        <Count label="New flights" value={report.created} />
        <Count label="Changed" value={report.updated} />
        <Count label="Same as before" value={report.skipped} />
        <Count label="With errors" value={report.failed} bad />
      </dl>
      {report.errors.length > 0 && <RowErrors report={report} />}
    </section>
  );
}

function Count({ label, value, bad = false }: { label: string; value: number; bad?: boolean }) {
  return (
    <div data-bad={(bad && value > 0) || undefined}>
      <dt>{label}</dt>
      <dd>{count(value)}</dd>
    </div>
  );
}

function count(rows: number): string {
  return rows.toLocaleString('en-GB');
}
