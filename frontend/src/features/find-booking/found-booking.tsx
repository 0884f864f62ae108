import { i18n, type MessageDescriptor } from '@lingui/core';
import { msg, plural, t } from '@lingui/core/macro';
import { LinkButton } from '@/components/controls/link-button';
import { ScheduleLine } from '@/components/flights/schedule-line';
import { Card } from '@/components/layout/card';
import type { CheckInView } from '@/lib/api-types';
import { useSession } from '@/lib/session';
import { now } from '@/lib/time/server-clock';
import { browserClock } from '@/lib/time/time';
import css from './find-booking.module.css';

const STATUS_TEXT: Record<CheckInView['status'], MessageDescriptor> = {
  PENDING: msg`The seats are being booked.`,
  HELD: msg`The seats are held, and not paid for yet.`,
  CONFIRMED: msg`Confirmed. Have a good flight!`,
  CANCELLED: msg`This booking was cancelled.`,
  FAILED: msg`This booking could not be made.`,
  EXPIRED: msg`This booking was not paid in time, and has ended.`,
};

/** What is needed for boarding: the status of the booking, the times of its flights, and the seats. */
export function FoundBooking({ booking }: { booking: CheckInView }) {
  const { reference, status, seats, flights, boarding } = booking;
  const actions = actionsOf(booking);
  const signedIn = useSession().state === 'signed-in';
  const others = seats - boarding.length;
  return (
    <Card wide aria-labelledby="found" role="region">
      <h2 id="found">{t`Booking ${reference}`}</h2>
      <p role="status">{i18n._(STATUS_TEXT[status])}</p>
      {flights.map((flight, position) => (
        <div key={flight.id} className={css.flight}>
          <p className={css.number}>
            {flight.flight_number}
            {flight.status === 'CANCELLED' && <strong> · {t`cancelled by the airline`}</strong>}
          </p>
          <ScheduleLine schedule={flight} large />
          <ul className={css.travellers}>
            {boarding.map(({ name, seat_numbers }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two travellers may have one name, and their order does not change
              <li key={index}>
                <span>{name}</span>
                {seat_numbers[position] && <b>{t`Seat ${{ seat: seat_numbers[position] }}`}</b>}
              </li>
            ))}
          </ul>
        </div>
      ))}
      <p>
        {plural(seats, { one: '# seat', other: '# seats' })}
        {others > 0 && `. ${t`Only travellers with this surname are shown.`}`}
      </p>
      <div className={css.more}>
        {actions.length > 0 && (
          <>
            <p>{t`With the account that booked, you can now:`}</p>
            <ul>
              {actions.map((action) => (
                <li key={action}>{action}</li>
              ))}
            </ul>
          </>
        )}
        <LinkButton variant="default" to="/bookings">
          {signedIn
            ? t`Open My trips`
            : actions.length > 0
              ? t`Sign in to do it`
              : t`Sign in to see all of it`}
        </LinkButton>
      </div>
    </Card>
  );
}

function actionsOf({ available_actions, payment_required_by, seats_change_until, ...booking }: CheckInView) {
  const actions = available_actions.flatMap((action) => {
    switch (action) {
      case 'pay':
        return payment_required_by
          ? [t`pay, until ${{ time: browserClock(payment_required_by) }}`]
          : [t`pay`];
      case 'accept_change':
        return [t`keep the new times of the airline, or cancel free of charge`];
      default:
        return [t`cancel the booking`];
    }
  });
  const open = seats_change_until.some((until) => until !== null && Date.parse(until) > now());
  return [
    ...actions,
    ...(open ? [t`choose or change seats, until check-in closes`] : []),
    ...(booking.status === 'CONFIRMED' ? [t`get the ticket`] : []),
  ];
}
