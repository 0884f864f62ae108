import { useQuery } from '@tanstack/react-query';
import { QueryFallback } from '@/components/messages/query-fallback';
import css from '@/features/operations/components/console.module.css';
import { formatCount, formatMs, formatTime } from '@/features/operations/components/format';
import { Table } from '@/features/operations/components/table';
import { operationsQueries } from '@/features/operations/queries';

const COLUMNS = [
  { name: 'When' },
  { name: 'Found and repaired' },
  { name: 'Took', number: true },
  { name: 'Passes', number: true },
  { name: 'Worker' },
];

/** The last passes of the sweep that found unfinished work, and what they repaired. Passes that found nothing are left out. */
export function Repairs() {
  const query = useQuery(operationsQueries.sweep());
  if (!query.data) {
    return (
      <QueryFallback
        query={query}
        loading="Loading the repairs"
        failed="The repairs could not be loaded."
        heights={[120]}
      />
    );
  }
  const { data: passes, worker } = query.data;
  return (
    <>
      <h2>What the sweep repaired</h2>
      {worker === null && <p className={css.warn}>No worker sweeps now: nothing is repaired.</p>}
      {passes.length === 0 ? (
        <p className={css.empty}>No pass of the sweep has found anything to repair.</p>
      ) : (
        <Table label="Repairs" columns={COLUMNS}>
          {passes.map((pass) => (
            <tr key={pass.id} tabIndex={-1}>
              <td>{formatTime(pass.began_at)}</td>
              <td className={css.long} title={inWords(pass.found, pass.repaired)}>
                {inWords(pass.found, pass.repaired)}
                {pass.failed.length > 0 && (
                  <span className={css.bad}> not looked at: {pass.failed.map(plain).join(', ')}</span>
                )}
                {pass.without_redis && <span className={css.warn}> without Redis</span>}
              </td>
              <td className={css.number}>{formatMs(pass.longest_ms)}</td>
              <td className={css.number}>{formatCount(pass.passes)}</td>
              <td>
                {pass.host} {pass.pid}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}

/** `3 late bookings, repaired 2` */
function inWords(
  found: Readonly<Record<string, number>>,
  repaired: Readonly<Record<string, number>>,
): string {
  return Object.entries(found)
    .filter(([, number]) => number > 0)
    .map(
      ([kind, number]) =>
        `${formatCount(number)} ${plain(kind)}, repaired ${formatCount(repaired[kind] ?? 0)}`,
    )
    .join('; ');
}

function plain(kind: string): string {
  return kind.replaceAll('_', ' ');
}
