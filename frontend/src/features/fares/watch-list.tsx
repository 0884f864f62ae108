import { plural, t } from '@lingui/core/macro';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Row, Rows, rowLink } from '@/components/layout/row';
import { EmptyNote } from '@/components/messages/empty-note';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import type { FareWatch } from '@/lib/api-types';
import { money } from '@/lib/money';
import { dayText } from '@/lib/time/time';
import { fareQueries, useStopWatching } from './queries';
import { routeText } from './route-text';
import css from './watch-list.module.css';

/** The fares that the account watches, with their present prices. */
export function WatchList() {
  const query = useQuery(fareQueries.watches());
  const stop = useStopWatching();
  return (
    <section aria-labelledby="watched-fares" className={css.section}>
      <h2 id="watched-fares" className={css.title}>
        {t`Watched fares`}
      </h2>
      {!query.data && (
        <QueryFallback
          query={query}
          loading={t`Loading your watched fares`}
          failed={t`Your watched fares could not be loaded.`}
          heights={[72]}
        />
      )}
      {stop.error && <ProblemNote error={stop.error} title={t`The fare is still watched.`} />}
      {query.data?.length === 0 && (
        <EmptyNote title={t`No fares watched`}>
          {t`Search a route and a day and choose “Watch this fare”: you are told when it gets cheaper.`}
        </EmptyNote>
      )}
      <Rows>
        {query.data?.map((watch) => (
          <Row key={watch.id} className={css.row}>
            <div>
              <WatchLink watch={watch} />
              <p className={css.about}>
                {dayText(watch.date)}, {plural({ seats: watch.seats }, { one: '# seat', other: '# seats' })}
                {watch.booking_id && `, ${t`your booking`}`}
              </p>
            </div>
            <div className={css.price}>
              <strong>{watch.price ? money(watch.price, watch.currency) : t`Nothing on sale`}</strong>
              <span>{priceText(watch)}</span>
            </div>
            <Button
              variant="default"
              size="sm"
              className={css.stop}
              loading={stop.isPending && stop.variables === watch.id}
              onClick={() => stop.mutate(watch.id)}
              aria-label={t`Stop watching ${{ route: routeText(watch) }}, ${{ day: dayText(watch.date) }}`}
            >
              {t`Stop watching`}
            </Button>
          </Row>
        ))}
      </Rows>
    </section>
  );
}

function WatchLink({ watch }: { watch: FareWatch }) {
  const route = routeText(watch);
  return watch.booking_id ? (
    <Link to="/bookings/$bookingId" params={{ bookingId: watch.booking_id }} className={rowLink}>
      {route}
    </Link>
  ) : (
    <Link to="/" search={searchOf(watch)} className={rowLink}>
      {route}
    </Link>
  );
}

/** The search that shows what is watched. */
export function searchOf({ source, destination, date, seats }: FareWatch) {
  return { from: source, to: destination, date, ...(seats > 1 && { seats }) };
}

function priceText({ price, fall, booked_price, currency, seats, booking_id }: FareWatch): string {
  if (fall?.before) return t`down from ${{ price: money(fall.before, currency) }}`;
  if (booked_price && price !== booked_price) return t`booked at ${{ price: money(booked_price, currency) }}`;
  if (!price) return '';
  return seats > 1 && !booking_id ? t`a seat` : '';
}
