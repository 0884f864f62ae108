import { t } from '@lingui/core/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { searchFor } from '@/app/search-params';
import { LinkButton } from '@/components/controls/link-button';
import { Page } from '@/components/layout/page';
import { QueryFallback } from '@/components/messages/query-fallback';
import { useAccount } from '@/features/accounts/api';
import { bookingQuery } from '@/features/bookings/api/get-booking';
import { hasScheduleChange, isPayable, isWatchable } from '@/features/bookings/booking-state';
import { CancelButton } from '@/features/bookings/cancellation/cancel-button';
import { PAYMENT } from '@/features/bookings/checkout/checkout-form';
import { clearDraftOf } from '@/features/bookings/checkout/draft-storage';
import { ProgressBoard } from '@/features/bookings/details/board/progress-board';
import { ScheduleChange } from '@/features/bookings/details/schedule-change';
import { StatusBanner } from '@/features/bookings/details/status-banner';
import { Timeline } from '@/features/bookings/details/timeline';
import { PaymentForm } from '@/features/bookings/payment/payment-form';
import { ChangeSeats } from '@/features/bookings/seats/change-seats';
import { Ticket } from '@/features/bookings/ticket/ticket';
import { TicketActions } from '@/features/bookings/ticket/ticket-actions';
import { BookingFare } from '@/features/fares/booking-fare';
import { TicketMail, useExpectTicketMail } from '@/features/mails/ticket-mail';
import type { Booking } from '@/lib/api-types';
import { asProblem } from '@/lib/problem';
import css from './booking.module.css';
import { NotFound } from './not-found';

const route = getRouteApi('/bookings/$bookingId');

/** A booking of one flight or several, after it was accepted. It is polled until it can no longer change. */
export function BookingPage() {
  const { bookingId } = route.useParams();
  const query = useQuery(bookingQuery(bookingId));
  const account = useAccount();
  const expectTicketMail = useExpectTicketMail(bookingId);
  const { data, error } = query;
  const booked = data?.booking.status === 'CONFIRMED' ? data.booking : undefined;
  useEffect(() => {
    if (booked) clearDraftOf(booked.segments.map(({ flight }) => flight.id));
  }, [booked]);
  if (!data) {
    if (error && asProblem(error).status === 404) return <NotFound title={t`This booking was not found`} />;
    return (
      <Page title={t`Booking`} heading={t`Your booking`}>
        <QueryFallback
          query={query}
          loading={t`Loading the booking`}
          failed={t`The booking could not be loaded.`}
          heights={[64, 80, 220]}
        />
      </Page>
    );
  }
  const { job, booking } = data;
  // Staff may open the bookings of other accounts. The mails and the address of the staff do not belong to it.
  const isOwn = account?.id === booking.user_id;
  return (
    <Page title={t`Booking ${{ reference: booking.reference }}`}>
      <StatusBanner job={job} booking={booking} offline={error !== null} />
      <ProgressBoard booking={booking} />
      <BookAgain booking={booking} />
      {hasScheduleChange(booking) && <ScheduleChange booking={booking} />}
      {isPayable(booking) && <PaymentForm booking={booking} until={booking.hold_expires_at} />}
      <Ticket booking={booking} onRenamed={expectTicketMail} />
      {isOwn && booking.status === 'CONFIRMED' && <TicketMail bookingId={booking.id} />}
      <TicketActions booking={booking} />
      {isWatchable(booking) && <BookingFare booking={booking} onChanged={() => query.refetch()} />}
      <ChangeSeats booking={booking} onSaved={expectTicketMail} />
      <Timeline job={job} />
      <div className={css.actions} data-screen-only>
        {!hasScheduleChange(booking) && <CancelButton booking={booking} />}
        <Link to="/bookings" className={css.all}>
          {t`All my trips`}
        </Link>
      </div>
    </Page>
  );
}

/**
 * Links for a booking that has ended: to other flights of that day, and to the same flights if it was never confirmed. The same flights come
 * first if only the card was declined, because the names and seats are filled in there.
 */
function BookAgain({ booking: { status, segments, seats, failure } }: { booking: Booking }) {
  const failed = status === 'FAILED' || status === 'EXPIRED';
  if (!failed && status !== 'CANCELLED') return null;
  const flights = segments.map(({ flight }) => flight);
  const [first, ...others] = flights;
  if (!first) return null;
  const onlyCardFailed = failure?.code === 'payment_declined';
  const other = (
    <LinkButton
      key="other"
      {...(onlyCardFailed && { variant: 'default' })}
      to="/"
      search={searchFor(flights, seats)}
    >
      {t`Other flights that day`}
    </LinkButton>
  );
  const againVariant = onlyCardFailed ? {} : { variant: 'default' };
  const where = onlyCardFailed ? { hash: PAYMENT } : {};
  const again =
    others.length === 0 ? (
      <LinkButton
        key="again"
        {...againVariant}
        to="/flights/$flightId"
        params={{ flightId: first.id }}
        search={{ seats }}
        {...where}
      >
        {onlyCardFailed ? t`Try another card` : t`This flight again`}
      </LinkButton>
    ) : (
      <LinkButton
        key="again"
        {...againVariant}
        to="/itinerary"
        search={{ flights: flights.map(({ id }) => id).join(), seats }}
        {...where}
      >
        {onlyCardFailed ? t`Try another card` : t`These flights again`}
      </LinkButton>
    );
  return (
    <div className={css.actions} data-screen-only>
      {!failed ? other : onlyCardFailed ? [again, other] : [other, again]}
    </div>
  );
}
