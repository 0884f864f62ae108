import { i18n } from '@lingui/core';
import { plural, t } from '@lingui/core/macro';
import { Link } from '@tanstack/react-router';
import { ScheduleLine } from '@/components/flights/schedule-line';
import { Row, rowLink } from '@/components/layout/row';
import { hasScheduleChange, isPayable } from '@/features/bookings/booking-state';
import { STATUS_LABELS } from '@/features/bookings/status-labels';
import type { Booking } from '@/lib/api-types';
import { itinerariesOf, tripText } from '@/lib/itineraries';
import { money } from '@/lib/money';
import { localSchedule, stopsText, wholeSchedule } from '@/lib/time/schedule';
import { browserClock } from '@/lib/time/time';
import css from './booking-list.module.css';

/** One booking of a list. */
export function BookingRow({ booking }: { booking: Booking }) {
  const flights = booking.segments.map(({ flight }) => flight);
  const itineraries = itinerariesOf(flights);
  // Of a booking with several itineraries, such as a return trip, the first one is shown.
  const schedule = wholeSchedule(itineraries[0] ?? flights);
  return (
    <Row className={css.row} data-status={booking.status}>
      <div className={css.when}>
        <span className={css.day}>{localSchedule(schedule).departure.day}</span>
        {flights.map(({ id, flight_number }) => (
          <span key={id} className={css.number}>
            {flight_number}
          </span>
        ))}
      </div>
      <div className={css.schedule}>
        <ScheduleLine schedule={schedule} />
        {itineraries.length > 1 ? (
          <p className={css.stops}>{tripText(flights)}</p>
        ) : (
          flights.length > 1 && (
            <p className={css.stops}>
              {stopsText(flights)}:{' '}
              {flights
                .slice(0, -1)
                .map(({ destination }) => destination)
                .join(', ')}
            </p>
          )
        )}
      </div>
      <div className={css.about}>
        <span className={css.badge}>{i18n._(STATUS_LABELS[booking.status])}</span>
        {hasScheduleChange(booking) && <span className={css.attention}>{t`New times`}</span>}
        {isPayable(booking) && booking.awaiting_payment && (
          <span className={css.attention}>
            {t`Pay until ${{ time: browserClock(booking.hold_expires_at) }}`}
          </span>
        )}
        <span>
          {plural({ seats: booking.seats }, { one: '# seat', other: '# seats' })} ·{' '}
          {money(booking.price_total, booking.currency)}
        </span>
      </div>
      <Link
        to="/bookings/$bookingId"
        params={{ bookingId: booking.id }}
        className={`${css.reference} ${rowLink}`}
        aria-label={t`Booking ${{ reference: booking.reference }}`}
      >
        {booking.reference}
      </Link>
    </Row>
  );
}
