import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { searchFor } from '@/app/search-params';
import { LinkButton } from '@/components/link-button';
import { Page } from '@/components/page';
import { ProblemNote } from '@/components/problem-note';
import { CancelButton } from '@/features/bookings/cancel-button';
import { Headline } from '@/features/bookings/headline';
import { MovedFlight } from '@/features/bookings/moved-flight';
import { PayForm } from '@/features/bookings/pay-form';
import { Ticket } from '@/features/bookings/ticket';
import { Timeline } from '@/features/bookings/timeline';
import { bookingById, isPaying } from '@/lib/follow';
import { asProblem } from '@/lib/problem';
import type { Booking } from '@/lib/wire';
import css from './booking.module.css';
import { NotFound } from './not-found';

const route = getRouteApi('/bookings/$bookingId');

/** A booking from the moment it was accepted: the page follows it until nothing more can happen. */
export function BookingPage() {
  const { bookingId } = route.useParams();
  const { data, error, isFetching, refetch } = useQuery(bookingById(bookingId));
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
  const { job, booking } = data;
  const movable = booking.available_actions.includes('accept_change');
  return (
    <Page title="Booking">
      <Headline job={job} booking={booking} outOfTouch={error !== null} />
      {movable && <MovedFlight booking={booking} />}
      {isPayable(booking) && <PayForm booking={booking} until={booking.hold_expires_at} />}
      <Timeline job={job} />
      <Ticket booking={booking} />
      <div className={css.actions}>
        <WayOn booking={booking} />
        {!movable && <CancelButton booking={booking} />}
        <Link to="/bookings" className={css.all}>
          All my bookings
        </Link>
      </div>
    </Page>
  );
}

/** Its traveller pays here: nothing was paid yet, or a card is being charged. */
function isPayable(booking: Booking): booking is Booking & { hold_expires_at: string } {
  const { status, payment_mode: mode, hold_expires_at: until, available_actions: actions } = booking;
  if (status !== 'HELD' || mode !== 'hold' || until === null) return false;
  return actions.includes('pay') || isPaying(booking);
}

/** After a failure, the nearest thing to what was wanted. */
function WayOn({ booking: { status, segments, seats } }: { booking: Booking }) {
  const flight = segments[0]?.flight;
  if (!flight || !(status === 'FAILED' || status === 'EXPIRED')) return null;
  return (
    <>
      <LinkButton to="/" search={searchFor(flight, seats)}>
        Other flights that day
      </LinkButton>
      <LinkButton
        variant="default"
        to="/flights/$flightId"
        params={{ flightId: flight.id }}
        search={{ seats }}
      >
        This flight again
      </LinkButton>
    </>
  );
}
