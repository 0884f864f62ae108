import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ProblemNote } from '@/components/messages/problem-note';
import css from '@/features/operations/components/console.module.css';
import { formatCount, formatSeconds } from '@/features/operations/components/format';
import { disabledUnless } from '@/features/operations/components/read-only';
import { importQueries, useStopImport } from '@/features/operations/imports/queries';
import { useReloadOnEvents } from '@/features/operations/live-updates';
import type { ImportView } from '@/lib/api-types';
import { now } from '@/lib/time/server-clock';

/** The speed of a running import, its remaining time, and the button that stops it. It also keeps the report up to date. */
export function ImportSpeed({ report, mayChange }: { report: ImportView; mayChange: boolean }) {
  const queries = useQueryClient();
  const isLive = useReloadOnEvents([`import:${report.job_id}`], () =>
    queries.invalidateQueries({ queryKey: importQueries.detail(report.job_id).queryKey }),
  );
  useQuery(importQueries.running(report.job_id, isLive));
  const stop = useStopImport(report.job_id);
  const began = Date.parse(report.started_at ?? report.created_at);
  const elapsed = Math.max(0.001, (now() - began) / 1000);
  const rate = report.progress.processed / elapsed;
  const part = report.progress.percent / 100;
  return (
    <div className={css.head}>
      <span>
        {rate > 0 && `${formatCount(Math.round(rate))} rows per second`}
        {part > 0.02 && `, about ${formatSeconds(Math.ceil((elapsed * (1 - part)) / part))} to go`}
      </span>
      {report.cancelling ? (
        <span role="status">Stopping after the rows that are being stored…</span>
      ) : (
        <Button
          size="xs"
          variant="default"
          loading={stop.isPending}
          {...disabledUnless(mayChange)}
          onClick={() => stop.mutate()}
        >
          Stop the import
        </Button>
      )}
      {stop.isError && <ProblemNote error={stop.error} title="The import was not stopped." />}
    </div>
  );
}
