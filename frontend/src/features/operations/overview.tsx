import { useQuery } from '@tanstack/react-query';
import { QueryFallback } from '@/components/messages/query-fallback';
import { Causes } from './causes';
import { History } from './history';
import { Head } from './parts/console';
import css from './parts/console.module.css';
import { count, ms, orDash, seconds } from './parts/format';
import { operationsQueries } from './queries';
import type { Overview as OverviewData } from './wire';

/** How everything is, at one look. */
export function Overview() {
  const query = useQuery(operationsQueries.overview());
  return (
    <>
      <Head title="Overview" />
      {query.data ? (
        <>
          <Causes causes={query.data.causes} worst={query.data.status === 'down'} />
          <Tiles seen={query.data} />
          {query.data.history && <History minutes={query.data.history} />}
        </>
      ) : (
        <QueryFallback
          query={query}
          loading="Loading the overview"
          failed="The overview could not be loaded."
          heights={[44, 160, 140]}
        />
      )}
    </>
  );
}

function Tiles({ seen }: { seen: OverviewData }) {
  const bookings = seen.bookings_per_minute;
  const workers = seen.workers?.filter((worker) => worker.answers).length ?? null;
  const letters = seen.dead_letters && Object.values(seen.dead_letters).reduce((sum, each) => sum + each, 0);
  const confirmed = seen.history?.reduce((sum, minute) => sum + minute.confirmed, 0) ?? null;
  const tiles: [string, string][] = [
    ['Accepted, last minute', orDash(bookings?.accepted ?? null)],
    ['of them confirmed', orDash(bookings?.confirmed ?? null)],
    ['held', orDash(bookings?.held ?? null)],
    ['failed', orDash(bookings?.failed ?? null)],
    ['Confirmed, 24 hours', orDash(confirmed)],
    ['Half done within', orDash(bookings?.p50_ms ?? null, ms)],
    ['95 % done within', orDash(bookings?.p95_ms ?? null, ms)],
    ['99 % done within', orDash(bookings?.p99_ms ?? null, ms)],
    ['Bookings waiting', count(seen.waiting)],
    ['Oldest waits', seconds(seen.oldest_seconds)],
    ['Workers that answer', orDash(workers)],
    ['Flights that drift', orDash(seen.drift?.length ?? null)],
    ['Open dead letters', orDash(letters)],
  ];
  return (
    <dl className={css.tiles}>
      {tiles.map(([name, value]) => (
        <div key={name} className={css.tile}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
