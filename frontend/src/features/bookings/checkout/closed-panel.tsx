import { Link } from '@tanstack/react-router';
import { Card } from '@/components/layout/card';
import type { Text } from '@/features/bookings/failure-text';
import type { Flight } from '@/lib/wire';
import css from './checkout-panel.module.css';
import type { Obstacle } from './obstacle';

interface Props {
  obstacle: Obstacle;
  flightCount: number;
  seats: number;
  /** The seats went while this visitor was booking. */
  tooLate: boolean;
}

/** Stands in the place of the checkout when these flights cannot be booked: says why, and where to go on. */
export function ClosedPanel({ obstacle, flightCount, seats, tooLate }: Props) {
  const { title, detail } = flightCount === 1 ? textForOne(obstacle) : textForSeveral(obstacle);
  // Several flights may still be booked one by one, and one that is sold out has a waiting list on its own page.
  const apart = obstacle.code === 'mixed_currencies' || obstacle.code === 'sold_out';
  return (
    <Card role="status">
      <div className={css.closed}>
        <strong>{title}</strong>
        <p>
          {tooLate && 'Another booking was faster. '}
          {detail}
        </p>
      </div>
      {flightCount > 1 && apart && (
        <ul className={css.flights}>
          {obstacle.flights.map(({ id, flight_number, source, destination }) => (
            <li key={id}>
              <Link to="/flights/$flightId" params={{ flightId: id }} search={{ seats }}>
                {flight_number}, {source} to {destination}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function textForOne({ code }: Obstacle): Text {
  switch (code) {
    case 'flight_cancelled':
      return { title: 'Cancelled', detail: 'The airline cancelled this flight.' };
    case 'flight_departed':
      return { title: 'Departed', detail: 'This flight has left, so it cannot be booked any more.' };
    default:
      return { title: 'Sold out', detail: 'Seats that are given back go to the waiting list first.' };
  }
}

function textForSeveral({ code, flights }: Obstacle): Text {
  const which = numbersOf(flights) || 'One of these flights';
  switch (code) {
    case 'flight_cancelled':
      return {
        title: 'Cancelled',
        detail: `The airline cancelled ${numbersOf(flights) || 'one of these flights'}. Choose other flights.`,
      };
    case 'flight_departed':
      return { title: 'Departed', detail: `${which} has left. Choose other flights or another day.` };
    case 'not_chronological':
      return {
        title: 'These flights do not connect',
        detail: 'One of them leaves before the one before it has arrived. Choose other flights.',
      };
    case 'mixed_currencies':
      return {
        title: 'These flights cannot be booked together',
        detail:
          'They are sold in different currencies, and a booking has one price. Book each of them on its own:',
      };
    case 'sold_out':
      return {
        title: 'Sold out',
        detail: `${which} has no free seats, so these flights cannot be booked together. Choose other flights, or join the waiting list:`,
      };
  }
}

function numbersOf(flights: readonly Flight[]): string {
  return flights.map(({ flight_number }) => flight_number).join(' and ');
}
