import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { searchFor } from '@/app/search-params';
import { Page } from '@/components/page';
import { ProblemNote } from '@/components/problem-note';
import { tripFlights } from '@/features/trips/api';
import { TripCard } from '@/features/trips/trip-card';
import { TripPanel } from '@/features/trips/trip-panel';
import { asProblem } from '@/lib/problem';
import { NotFound } from './not-found';
import css from './trip.module.css';

const route = getRouteApi('/trip');

const FLIGHT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MOST_FLIGHTS = 6;

/** Several flights as one journey, and the booking of all of them or none. */
export function TripPage() {
  const { flights = '' } = route.useSearch();
  const ids = flights.split(',');
  const fits = ids.length > 1 && ids.length <= MOST_FLIGHTS && new Set(ids).size === ids.length;
  if (!fits || !ids.every((id) => FLIGHT_ID.test(id))) return <NotFound what="This trip" />;
  return <Trip flightIds={ids} />;
}

function Trip({ flightIds }: { flightIds: string[] }) {
  const { seats = 1 } = route.useSearch();
  const navigate = useNavigate({ from: '/trip' });
  const { data: flights, error, isFetching, refetch } = useQuery(tripFlights(flightIds));
  const first = flights?.[0];
  const last = flights?.at(-1);

  if (!first || !last) {
    if (error && asProblem(error).status === 404) return <NotFound what="One flight of this trip" />;
    return (
      <Page title="Trip">
        {error ? (
          <ProblemNote
            error={error}
            title="The trip could not be loaded."
            onRetry={() => refetch()}
            retrying={isFetching}
          />
        ) : (
          <div className={css.columns} role="status" aria-label="Loading the trip">
            <Skeleton height={420} radius={18} />
            <Skeleton height={260} radius={18} />
          </div>
        )}
      </Page>
    );
  }
  const journey = { ...first, destination: last.destination };
  return (
    <Page title={`${first.source} to ${last.destination}`}>
      <Link to="/" search={searchFor(journey, seats)} className={css.back}>
        All ways from {first.source} to {last.destination}
      </Link>
      {error && (
        <ProblemNote
          error={error}
          title="The seat counts may be old."
          onRetry={() => refetch()}
          retrying={isFetching}
        />
      )}
      <div className={css.columns}>
        <TripCard first={first} last={last} flights={flights} />
        <TripPanel
          flights={flights}
          seats={seats}
          onSeats={(chosen) =>
            navigate({
              search: (known) => ({ ...known, seats: chosen }),
              replace: true,
              resetScroll: false,
            })
          }
        />
      </div>
    </Page>
  );
}
