import { LinkButton } from '@/components/controls/link-button';
import { ScheduleLine } from '@/components/flights/schedule-line';
import { Card } from '@/components/layout/card';
import { plural } from '@/lib/plural';
import { useSession } from '@/lib/session';
import { now } from '@/lib/time/server-clock';
import { browserClock } from '@/lib/time/time';
import type { CheckInView } from '@/lib/wire';
import css from './find-booking.module.css';

const STATUS_TEXT: Record<CheckInView['status'], string> = {
  PENDING: 'The seats are being booked.',
  HELD: 'The seats are held, and not paid for yet.',
  CONFIRMED: 'Confirmed. Have a good flight!',
  CANCELLED: 'This booking was cancelled.',
  FAILED: 'This booking could not be made.',
  EXPIRED: 'This booking was not paid in time, and has ended.',
};

/** What is needed for boarding: whether the booking stands, when its flights leave, and who sits where. */
export function FoundBooking({ booking }: { booking: CheckInView }) {
  const { reference, status, seats, flights, boarding } = booking;
  const actions = actionsOf(booking);
  const signedIn = useSession().state === 'signed-in';
  const others = seats - boarding.length;
  return (
    <Card wide aria-labelledby="found" role="region">
      <h2 id="found">Booking {reference}</h2>
      <p role="status">{STATUS_TEXT[status]}</p>
      {flights.map((flight, position) => (
        <div key={flight.id} className={css.flight}>
          <p className={css.number}>
            {flight.flight_number}
            {flight.status === 'CANCELLED' && <strong> · cancelled by the airline</strong>}
          </p>
          <ScheduleLine schedule={flight} large />
          <ul className={css.travellers}>
            {boarding.map(({ name, seat_numbers }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two travellers may have one name, and their order does not change
              <li key={index}>
                <span>{name}</span>
                {seat_numbers[position] && <b>Seat {seat_numbers[position]}</b>}
              </li>
            ))}
          </ul>
        </div>
      ))}
      <p>
        {plural(seats, 'seat')}
        {others > 0 && `. Only travellers with this surname are shown.`}
      </p>
      <div className={css.more}>
        {actions.length > 0 && (
          <>
            <p>With the account that booked, you can now:</p>
            <ul>
              {actions.map((action) => (
                <li key={action}>{action}</li>
              ))}
            </ul>
          </>
        )}
        <LinkButton variant="default" to="/bookings">
          {signedIn ? 'Open My trips' : actions.length > 0 ? 'Sign in to do it' : 'Sign in to see all of it'}
        </LinkButton>
      </div>
    </Card>
  );
}

function actionsOf({ available_actions, payment_required_by, seats_change_until, ...booking }: CheckInView) {
  const actions = available_actions.flatMap((action) => {
    switch (action) {
      case 'pay':
        return payment_required_by ? [`pay, until ${browserClock(payment_required_by)}`] : ['pay'];
      case 'accept_change':
        return ['keep the new times of the airline, or cancel free of charge'];
      default:
        return ['cancel the booking'];
    }
  });
  const open = seats_change_until.some((until) => until !== null && Date.parse(until) > now());
  return [
    ...actions,
    ...(open ? ['choose or change seats, until check-in closes'] : []),
    ...(booking.status === 'CONFIRMED' ? ['get the ticket'] : []),
  ];
}
