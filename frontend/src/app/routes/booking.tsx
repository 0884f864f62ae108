import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { LinkButton } from '@/components/link-button';
import { Page } from '@/components/page';
import { ProblemNote } from '@/components/problem-note';
import { CancelButton } from '@/features/bookings/cancel-button';
import { Headline } from '@/features/bookings/headline';
import { Ticket } from '@/features/bookings/ticket';
import { Timeline } from '@/features/bookings/timeline';
import { jobById } from '@/lib/follow';
import { asProblem } from '@/lib/problem';
import type { Booking, Segment } from '@/lib/wire';
import css from './booking.module.css';
import { NotFound } from './not-found';
import { searchLike } from './search-like';

const route = getRouteApi('/bookings/$bookingId');

/** A booking from the moment it was accepted: the page follows it until nothing more can happen. */
export function BookingPage() {
  const { bookingId } = route.useParams();
  const { data, error, isFetching, refetch } = useQuery(jobById(bookingId));
  if (!data) {
    if (error && asProblem(error).status === 404) return <NotFound what="This booking" />;
    return (
      <Page title="Booking">
        {error ? (
          <ProblemNote
            error={error}
            title="The booking could not be loaded."
            onRetry={() => refetch()}
            retrying={isFetching}
          />
        ) : (
          <div role="status" aria-label="Loading the booking">
            <Skeleton height={64} radius={16} mb="xl" />
            <Skeleton height={220} radius={18} />
          </div>
        )}
      </Page>
    );
  }
  const { job } = data;
  return (
    <Page title="Booking">
      <Headline job={job} outOfTouch={error !== null} />
      <Timeline job={job} />
      {job.booking && (
        <>
          <Ticket booking={job.booking} />
          <WayOn booking={job.booking} />
        </>
      )}
    </Page>
  );
}

/** What one may do next; after a failure, the nearest thing to what was wanted. */
function WayOn({ booking }: { booking: Booking }) {
  const flight = booking.segments[0]?.flight;
  const lost = booking.status === 'FAILED' || booking.status === 'EXPIRED';
  return (
    <div className={css.actions}>
      {lost && flight && <OtherFlights flight={flight} seats={booking.seats} />}
      {booking.available_actions.includes('cancel') && <CancelButton booking={booking} />}
      <Link to="/bookings" className={css.all}>
        All my bookings
      </Link>
    </div>
  );
}

function OtherFlights({ flight, seats }: { flight: Segment['flight']; seats: number }) {
  return (
    <LinkButton to="/" search={searchLike(flight, seats)}>
      Other flights that day
    </LinkButton>
  );
}
