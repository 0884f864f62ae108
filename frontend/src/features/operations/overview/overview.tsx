import { useQuery } from '@tanstack/react-query';
import { QueryFallback } from '@/components/messages/query-fallback';
import { Head } from '@/features/operations/parts/console';
import css from '@/features/operations/parts/console.module.css';
import { count, ms, orDash, seconds } from '@/features/operations/parts/format';
import { operationsQueries } from '@/features/operations/queries';
import type { Overview as OverviewData } from '@/features/operations/wire';
import { Causes } from './causes';
import { Figures } from './figures';
import figures from './figures.module.css';
import { History } from './history';
import { Repairs } from './repairs';

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
          <Repairs />
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
  const drift = seen.drift?.length ?? null;
  return (
    <div className={figures.groups}>
      <Figures
        title="Bookings accepted in the last minute"
        figures={[
          ['Accepted', orDash(bookings?.accepted ?? null)],
          ['Confirmed', orDash(bookings?.confirmed ?? null)],
          ['Held', orDash(bookings?.held ?? null)],
          ['Failed', orDash(bookings?.failed ?? null), (bookings?.failed ?? 0) > 0 && css.bad],
        ]}
      />
      <Figures
        title="Their time from acceptance to the end"
        figures={[
          ['Half within', orDash(bookings?.p50_ms ?? null, ms)],
          ['95 % within', orDash(bookings?.p95_ms ?? null, ms)],
          ['99 % within', orDash(bookings?.p99_ms ?? null, ms)],
        ]}
      />
      <Figures
        title="Waiting now, and sold"
        figures={[
          ['Bookings waiting', count(seen.waiting)],
          ['Oldest waits', seconds(seen.oldest_seconds)],
          ['Seats today (UTC)', orDash(seen.seats_sold_today)],
          ['Bookings in 24 h', orDash(confirmed)],
        ]}
      />
      <Figures
        title="The engine"
        figures={[
          ['Workers that answer', orDash(workers), workers === 0 && css.bad],
          ['Flights that drift', orDash(drift), (drift ?? 0) > 0 && css.warn],
          ['Open dead letters', orDash(letters), (letters ?? 0) > 0 && css.warn],
        ]}
      />
    </div>
  );
}
