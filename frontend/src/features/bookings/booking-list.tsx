import { Button, Skeleton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { EmptyNote } from '@/components/empty-note';
import { ItineraryLine } from '@/components/itinerary-line';
import { ProblemNote } from '@/components/problem-note';
import { itineraryOf } from '@/lib/itinerary';
import { money } from '@/lib/money';
import type { Booking, Segment } from '@/lib/wire';
import { myBookings } from './api';
import css from './booking-list.module.css';
import { STATUS_WORDS } from './words';

export function BookingList() {
  const { data, error, isPending, isFetching, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } =
    useInfiniteQuery(myBookings());

  if (isPending) {
    return (
      <div className={css.list} role="status" aria-label="Loading your bookings">
        {[0, 1, 2].map((row) => (
          <Skeleton key={row} height={104} radius={16} />
        ))}
      </div>
    );
  }
  if (!data) {
    return (
      <ProblemNote
        error={error}
        title="Your bookings could not be loaded."
        onRetry={() => refetch()}
        retrying={isFetching}
      />
    );
  }
  const bookings = data.pages.flatMap((page) => page.data);
  if (bookings.length === 0) {
    return (
      <EmptyNote title="No bookings yet">
        Every booking you make waits here, with its reference and its story. <Link to="/">Find a flight</Link>
      </EmptyNote>
    );
  }
  return (
    <>
      <ul className={css.list}>
        {bookings.map((booking) => (
          <BookingRow key={booking.id} booking={booking} />
        ))}
      </ul>
      {hasNextPage && (
        <Button variant="default" mt="md" onClick={() => fetchNextPage()} loading={isFetchingNextPage}>
          Show older bookings
        </Button>
      )}
    </>
  );
}

function BookingRow({ booking }: { booking: Booking }) {
  const [first, ...others] = booking.segments;
  return first ? <Row booking={booking} first={first.flight} more={others.length} /> : null;
}

interface RowProps {
  booking: Booking;
  first: Segment['flight'];
  /** How many flights of the trip follow the first. */
  more: number;
}

function Row({ booking, first, more }: RowProps) {
  const itinerary = itineraryOf(first);
  return (
    <li className={css.row} data-status={booking.status}>
      <div className={css.when}>
        <span className={css.day}>{itinerary.from.day}</span>
        <span className={css.number}>
          {first.flight_number}
          {more > 0 && ` and ${more} more`}
        </span>
      </div>
      <ItineraryLine itinerary={itinerary} />
      <div className={css.about}>
        <span className={css.badge}>{STATUS_WORDS[booking.status]}</span>
        <span>
          {booking.seats === 1 ? '1 seat' : `${booking.seats} seats`} ·{' '}
          {money(booking.price_total, booking.currency)}
        </span>
      </div>
      <Link
        to="/bookings/$bookingId"
        params={{ bookingId: booking.id }}
        className={css.reference}
        aria-label={`Booking ${booking.reference}`}
      >
        {booking.reference}
      </Link>
    </li>
  );
}
