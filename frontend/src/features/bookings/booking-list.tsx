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
import { journeyOf, stopWords } from './journey';
import { STATUS_WORDS, seatWords } from './words';

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
  const [first] = booking.segments;
  return first ? <Row booking={booking} first={first} /> : null;
}

function Row({ booking, first }: { booking: Booking; first: Segment }) {
  const { segments } = booking;
  const itinerary = itineraryOf(journeyOf(first, segments));
  const stops = stopWords(segments);
  const moved = booking.available_actions.includes('accept_change');
  return (
    <li className={css.row} data-status={booking.status}>
      <div className={css.when}>
        <span className={css.day}>{itinerary.from.day}</span>
        {segments.map(({ flight }) => (
          <span key={flight.id} className={css.number}>
            {flight.flight_number}
          </span>
        ))}
      </div>
      <div>
        <ItineraryLine itinerary={itinerary} />
        {stops && <p className={css.stops}>{stops}</p>}
      </div>
      <div className={css.about}>
        <span className={css.badge}>{STATUS_WORDS[booking.status]}</span>
        {moved && <span className={css.news}>New times</span>}
        <span>
          {seatWords(booking.seats)} · {money(booking.price_total, booking.currency)}
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
