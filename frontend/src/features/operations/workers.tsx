import { useQuery } from '@tanstack/react-query';
import { QueryFallback } from '@/components/messages/query-fallback';
import css from './components/console.module.css';
import { formatSeconds, formatTime } from './components/format';
import { Table } from './components/table';
import { operationsQueries } from './queries';

const COLUMNS = [
  { name: 'Host' },
  { name: 'Process', number: true },
  { name: 'State' },
  { name: 'Version' },
  { name: 'Works on' },
  { name: 'Since' },
];

/** Every worker process, except those that were stopped regularly. */
export function Workers() {
  const query = useQuery(operationsQueries.workers());
  if (!query.data) {
    return (
      <QueryFallback
        query={query}
        loading="Loading the workers"
        failed="The workers could not be loaded."
        heights={[120]}
      />
    );
  }
  if (query.data.length === 0) return <p className={css.bad}>There is no heartbeat of any worker.</p>;
  return (
    <Table label="Workers" columns={COLUMNS}>
      {query.data.map((worker) => (
        <tr key={worker.id} tabIndex={-1}>
          <td>{worker.host}</td>
          <td className={css.number}>{worker.pid}</td>
          <td>
            {worker.answers ? (
              <span className={css.good}>answers</span>
            ) : (
              <span className={css.bad}>silent for {formatSeconds(worker.silent_seconds)}</span>
            )}
          </td>
          <td className={worker.is_current ? undefined : css.warn}>{worker.version}</td>
          <td>{worker.queues.join(', ')}</td>
          <td>{formatTime(worker.started_at)}</td>
        </tr>
      ))}
    </Table>
  );
}
