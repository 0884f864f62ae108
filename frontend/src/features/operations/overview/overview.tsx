import { useQuery } from '@tanstack/react-query';
import { QueryFallback } from '@/components/messages/query-fallback';
import type { Overview as OverviewData } from '@/features/operations/api-types';
import { PageHeader } from '@/features/operations/components/console';
import css from '@/features/operations/components/console.module.css';
import { formatCount, formatMs, formatSeconds, orDash } from '@/features/operations/components/format';
import { operationsQueries } from '@/features/operations/queries';
import { Causes } from './causes';
import { Figures } from './figures';
import figures from './figures.module.css';
import { History } from './history';
import { Repairs } from './repairs';

/** The first page of the console: present problems, figures, charts of 24 hours, and the last repairs. */
export function Overview() {
  const query = useQuery(operationsQueries.overview());
  return (
    <>
      <PageHeader title="Overview" />
      {query.data ? (
        <>
          <Causes causes={query.data.causes} isDown={query.data.status === 'down'} />
          <Tiles overview={query.data} />
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

function Tiles({ overview }: { overview: OverviewData }) {
  const bookings = overview.bookings_per_minute;
  const workers = overview.workers?.filter((worker) => worker.answers).length ?? null;
  const letters =
    overview.dead_letters && Object.values(overview.dead_letters).reduce((sum, each) => sum + each, 0);
  const confirmed = overview.history?.reduce((sum, minute) => sum + minute.confirmed, 0) ?? null;
  const drift = overview.drift?.length ?? null;
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
          ['Half within', orDash(bookings?.p50_ms ?? null, formatMs)],
          ['95 % within', orDash(bookings?.p95_ms ?? null, formatMs)],
          ['99 % within', orDash(bookings?.p99_ms ?? null, formatMs)],
        ]}
      />
      <Figures
        title="Waiting now, and sold"
        figures={[
          ['Bookings waiting', formatCount(overview.waiting)],
          ['Oldest waits', formatSeconds(overview.oldest_seconds)],
          ['Seats today (UTC)', orDash(overview.seats_sold_today)],
          ['Bookings in 24 h', orDash(confirmed)],
        ]}
      />
      <Figures
        title="Workers and repairs"
        figures={[
          ['Workers that answer', orDash(workers), workers === 0 && css.bad],
          ['Flights that drift', orDash(drift), (drift ?? 0) > 0 && css.warn],
          ['Open dead letters', orDash(letters), (letters ?? 0) > 0 && css.warn],
        ]}
      />
    </div>
  );
}
