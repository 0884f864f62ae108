import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { searchFor } from '@/app/search-params';
import { Page } from '@/components/page';
import { ProblemNote } from '@/components/problem-note';
import { BookPanel } from '@/features/bookings/book-panel';
import { flightById } from '@/features/flights/api';
import { FlightCard } from '@/features/flights/flight-card';
import { placeInLine } from '@/features/waitlist/api';
import { WaitingList } from '@/features/waitlist/waiting-list';
import { asProblem } from '@/lib/problem';
import type { Flight } from '@/lib/wire';
import css from './flight.module.css';
import { NotFound } from './not-found';

const route = getRouteApi('/flights/$flightId');

/** One flight, its live seats, and the booking of some of them. */
export function FlightPage() {
  const { flightId } = route.useParams();
  const { seats = 1 } = route.useSearch();
  const navigate = useNavigate({ from: '/flights/$flightId' });
  const { data: flight, error, isFetching, refetch } = useQuery(flightById(flightId));

  // Seats that are held for the traveller come before seats that anybody may book.
  const offered = useQuery({ ...placeInLine(flightId), enabled: false }).data?.status === 'OFFERED';

  if (!flight) {
    if (error && asProblem(error).status === 404) return <NotFound what="This flight" />;
    return (
      <Page title="Flight">
        {error ? (
          <ProblemNote
            error={error}
            title="The flight could not be loaded."
            onRetry={() => refetch()}
            retrying={isFetching}
          />
        ) : (
          <div className={css.columns} role="status" aria-label="Loading the flight">
            <Skeleton height={230} radius={18} />
            <Skeleton height={230} radius={18} />
          </div>
        )}
      </Page>
    );
  }
  const choose = (chosen: number) =>
    navigate({ search: { seats: chosen }, replace: true, resetScroll: false });
  const shared = { flight, seats, onSeats: choose };
  const panel = <BookPanel key="panel" {...shared} />;
  const line = <WaitingList key="line" {...shared} />;
  return (
    <Page title={`${flight.flight_number}, ${flight.source} to ${flight.destination}`}>
      <WayBack flight={flight} seats={seats} />
      {error && (
        <ProblemNote
          error={error}
          title="The seat count may be old."
          onRetry={() => refetch()}
          retrying={isFetching}
        />
      )}
      <div className={css.columns}>
        <FlightCard flight={flight} />
        <div className={css.aside}>{offered ? [line, panel] : [panel, line]}</div>
      </div>
    </Page>
  );
}

function WayBack({ flight, seats }: { flight: Flight; seats: number }) {
  return (
    <Link to="/" search={searchFor(flight, seats)} className={css.back}>
      All flights from {flight.source} to {flight.destination}
    </Link>
  );
}
