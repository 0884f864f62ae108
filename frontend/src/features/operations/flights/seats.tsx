import { useQuery } from '@tanstack/react-query';
import { QueryFallback } from '@/components/messages/query-fallback';
import consoleCss from '@/features/operations/components/console.module.css';
import { DescriptionList } from '@/features/operations/components/description-list';
import { formatCount, orDash } from '@/features/operations/components/format';
import css from '@/features/operations/components/shared.module.css';
import { flightQueries } from './queries';

/** The seats as Postgres and as Redis count them, side by side. Postgres decides. */
export function Seats({ flightId, isLive }: { flightId: string; isLive: boolean }) {
  const query = useQuery(flightQueries.inventory(flightId, isLive));
  const seats = query.data;
  return (
    <section className={css.panel} aria-label="Seats">
      {seats ? (
        <>
          <div className={css.pair}>
            <div>
              <h2>Postgres</h2>
              <DescriptionList
                items={[
                  ['Total', formatCount(seats.total)],
                  ['Sold', formatCount(seats.sold)],
                  ['Held', formatCount(seats.held)],
                  ['Free', <strong key="free">{formatCount(seats.free)}</strong>],
                ]}
              />
            </div>
            <div>
              <h2>Redis</h2>
              <DescriptionList items={[['Free', <strong key="free">{orDash(seats.redis_free)}</strong>]]} />
            </div>
          </div>
          <p className={seats.drift ? consoleCss.warn : consoleCss.fine} role="status">
            {driftText(seats.drift)}
          </p>
        </>
      ) : (
        <QueryFallback
          query={query}
          loading="Loading the seats"
          failed="The seats could not be loaded."
          heights={[120]}
        />
      )}
    </section>
  );
}

function driftText(drift: number | null): string {
  if (drift === null) return 'Redis has not loaded this flight: the next booking loads it.';
  if (drift === 0) return 'Both agree.';
  return `Redis has ${Math.abs(drift)} ${drift > 0 ? 'too many' : 'fewer'}: seats are being taken now, or the sweep will load it anew.`;
}
