import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import { PageHeader } from './components/console';
import css from './components/console.module.css';
import { formatSeconds, formatTime, orDash } from './components/format';
import { disabledUnless } from './components/read-only';
import { Table } from './components/table';
import { operationsQueries, usePause } from './queries';
import { Workers } from './workers';

const COLUMNS = [
  { name: 'Queue' },
  { name: 'State' },
  { name: 'Messages waiting', number: true },
  { name: 'At work', number: true },
  { name: 'Oldest waits', number: true },
  { name: 'Workers', number: true },
  { name: 'Action', actions: true },
];

/** The queues: how many messages wait in each, how many workers it has, and a button that pauses it. */
export function Queues({ mayChange }: { mayChange: boolean }) {
  const query = useQuery(operationsQueries.queues());
  const pause = usePause();
  return (
    <>
      <PageHeader title="Queues" />
      {pause.isError && <ProblemNote error={pause.error} title="The queue could not be changed." />}
      {query.data ? (
        <Table label="Queues" columns={COLUMNS}>
          {query.data.map((queue) => (
            <tr key={queue.name} tabIndex={-1}>
              <td>{queue.name}</td>
              <td>
                {queue.paused_at ? (
                  <span className={css.warn}>
                    paused {formatTime(queue.paused_at)} by {queue.paused_by ?? 'an account that was closed'}
                  </span>
                ) : (
                  'open'
                )}
              </td>
              <td className={css.number}>{orDash(queue.waiting)}</td>
              <td className={css.number}>{orDash(queue.taken)}</td>
              <td className={css.number}>{orDash(queue.oldest_seconds, formatSeconds)}</td>
              <td className={css.number}>{queue.workers}</td>
              <td className={css.actions}>
                <Button
                  size="compact-xs"
                  variant="default"
                  {...disabledUnless(mayChange)}
                  loading={pause.isPending && pause.variables.name === queue.name}
                  onClick={() => pause.mutate({ name: queue.name, paused: queue.paused_at === null })}
                >
                  {queue.paused_at ? 'Resume' : 'Pause'} {queue.name}
                </Button>
              </td>
            </tr>
          ))}
        </Table>
      ) : (
        <QueryFallback
          query={query}
          loading="Loading the queues"
          failed="The queues could not be loaded."
          heights={[200]}
        />
      )}
      <h2>Workers</h2>
      <Workers />
    </>
  );
}
