import { Progress } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Card, CardHead } from '@/components/layout/card';
import { QueryFallback } from '@/components/messages/query-fallback';
import { importQueries, isFinished } from '@/features/operations/imports/queries';
import type { ImportView } from '@/lib/api-types';
import { FaultGroups } from './fault-groups';
import css from './import-report.module.css';
import { ImportSpeed } from './import-speed';
import { ImportWarnings } from './import-warnings';
import { DoubtWarnings, PlaceWarnings } from './place-warnings';
import { RowErrors } from './row-errors';

const TITLES: Record<ImportView['status'], string> = {
  PENDING: 'Waiting for a worker',
  IN_PROGRESS: 'Reading the rows',
  COMPLETED: 'Done',
  FAILED: 'The import stopped',
  CANCELLED: 'Cancelled',
};

const DRY_RUN_TITLES: Record<ImportView['status'], string> = {
  ...TITLES,
  COMPLETED: 'Checked, and nothing changed',
  FAILED: 'The check stopped',
};

/** One import, while it runs and after it has ended: its progress, the number of rows by their result, and the faults. */
export function ImportReport({ jobId, mayChange }: { jobId: string; mayChange: boolean }) {
  const query = useQuery(importQueries.detail(jobId));
  if (!query.data) {
    return (
      <QueryFallback
        query={query}
        loading="Loading the import"
        failed="The import could not be loaded."
        heights={[180]}
      />
    );
  }
  const report = query.data.import;
  const { processed, total, percent } = report.progress;
  return (
    <Card aria-label="Import">
      <div aria-live="polite">
        <CardHead>
          <h2>{titleOf(report)}</h2>
          <span>
            {report.file_name && <span>{report.file_name} · </span>}
            <span>
              {total ? `${number(processed)} of ${number(total)} rows` : `${number(processed)} rows`}
            </span>
          </span>
        </CardHead>
      </div>
      <Progress
        value={percent}
        animated={!isFinished(report)}
        color={report.status === 'FAILED' ? 'red' : 'ink'}
        size="lg"
        radius="xl"
        aria-label="Rows read"
      />
      {!isFinished(report) && <ImportSpeed report={report} mayChange={mayChange} />}
      {report.failure && <p className={css.failure}>{report.failure.message}</p>}
      <dl className={css.counts}>
        <Count label="New flights" value={report.created} />
        <Count label="Changed" value={report.updated} />
        <Count label="Unchanged" value={report.skipped} />
        <Count label="With errors" value={report.failed} bad />
      </dl>
      {isFinished(report) && <PlaceWarnings report={report} />}
      {isFinished(report) && <DoubtWarnings report={report} />}
      {isFinished(report) && <ImportWarnings report={report} />}
      {report.errors.length > 0 && (
        <>
          <FaultGroups report={report} />
          <RowErrors report={report} />
        </>
      )}
    </Card>
  );
}

function titleOf({ status, dry_run: dryRun, progress }: ImportView): string {
  if (status === 'COMPLETED' && progress.processed === 0) return 'The file has no rows';
  return (dryRun ? DRY_RUN_TITLES : TITLES)[status];
}

function Count({ label, value, bad = false }: { label: string; value: number; bad?: boolean }) {
  return (
    <div data-bad={(bad && value > 0) || undefined}>
      <dt>{label}</dt>
      <dd>{number(value)}</dd>
    </div>
  );
}

function number(value: number): string {
  return value.toLocaleString('en-GB');
}
