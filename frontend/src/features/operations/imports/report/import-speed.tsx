import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ProblemNote } from '@/components/messages/problem-note';
import { importQueries, useStopImport } from '@/features/operations/imports/queries';
import { useEvents } from '@/features/operations/live';
import css from '@/features/operations/parts/console.module.css';
import { count, seconds } from '@/features/operations/parts/format';
import { changes } from '@/features/operations/parts/reads-only';
import { now } from '@/lib/time/server-clock';
import type { ImportView } from '@/lib/wire';

/** How fast a running import is, how long it takes yet, and the button that stops it. Keeps its report up to date. */
export function Pace({ report, mayChange }: { report: ImportView; mayChange: boolean }) {
  const queries = useQueryClient();
  const isLive = useEvents([`import:${report.job_id}`], () =>
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
        {rate > 0 && `${count(Math.round(rate))} rows per second`}
        {part > 0.02 && `, about ${seconds(Math.ceil((elapsed * (1 - part)) / part))} to go`}
      </span>
      {report.cancelling ? (
        <span role="status">Stopping after the rows that are being stored…</span>
      ) : (
        <Button
          size="xs"
          variant="default"
          loading={stop.isPending}
          {...changes(mayChange)}
          onClick={() => stop.mutate()}
        >
          Stop the import
        </Button>
      )}
      {stop.isError && <ProblemNote error={stop.error} title="The import was not stopped." />}
    </div>
  );
}
