import { plural, t } from '@lingui/core/macro';
import { Link } from '@tanstack/react-router';
import { Card } from '@/components/layout/card';
import type { Text } from '@/features/bookings/failure-text';
import { fromTo } from '@/lib/itineraries';
import { listText } from '@/lib/language';
import css from './checkout-panel.module.css';
import type { Obstacle } from './obstacle';

interface Props {
  obstacle: Obstacle;
  flightCount: number;
  seats: number;
  /** The last seats were taken while this visitor was booking. */
  tooLate: boolean;
}

/** Shown instead of the checkout when these flights cannot be booked: says why, and links to alternatives. */
export function NotBookablePanel({ obstacle, flightCount, seats, tooLate }: Props) {
  const { title, detail } = flightCount === 1 ? textForOne(obstacle) : textForSeveral(obstacle);
  // Several flights may still be booked one by one, and one that is sold out has a waiting list on its own page.
  const separately = obstacle.code === 'mixed_currencies' || obstacle.code === 'sold_out';
  return (
    <Card role="status">
      <div className={css.closed}>
        <strong>{title}</strong>
        <p>
          {tooLate && `${t`Another booking was faster.`} `}
          {detail}
        </p>
      </div>
      {flightCount > 1 && separately && (
        <ul className={css.flights}>
          {obstacle.flights.map(({ id, flight_number, source, destination }) => (
            <li key={id}>
              <Link to="/flights/$flightId" params={{ flightId: id }} search={{ seats }}>
                {flight_number}, {fromTo(source, destination)}
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
      return {
        title: t({ message: 'Cancelled', context: 'flight' }),
        detail: t`The airline cancelled this flight.`,
      };
    case 'flight_departed':
      return { title: t`Departed`, detail: t`This flight has left, so it cannot be booked any more.` };
    default:
      return { title: t`Sold out`, detail: t`Seats that are given back go to the waiting list first.` };
  }
}

function textForSeveral({ code, flights }: Obstacle): Text {
  const which = listText(flights.map(({ flight_number }) => flight_number));
  switch (code) {
    case 'flight_cancelled':
      return {
        title: t({ message: 'Cancelled', context: 'flight' }),
        detail: which
          ? t`The airline cancelled ${which}. Choose other flights.`
          : t`The airline cancelled one of these flights. Choose other flights.`,
      };
    case 'flight_departed':
      return {
        title: t`Departed`,
        detail: which
          ? plural(
              { count: flights.length },
              {
                one: `${which} has left. Choose other flights or another day.`,
                other: `${which} have left. Choose other flights or another day.`,
              },
            )
          : t`One of these flights has left. Choose other flights or another day.`,
      };
    case 'not_chronological':
      return {
        title: t`These flights do not connect`,
        detail: t`One of them leaves before the one before it has arrived. Choose other flights.`,
      };
    case 'mixed_currencies':
      return {
        title: t`These flights cannot be booked together`,
        detail: t`They are sold in different currencies, and a booking has one price. Book each of them on its own:`,
      };
    case 'sold_out':
      return {
        title: t`Sold out`,
        detail: plural(
          { count: flights.length },
          {
            one: `${which} has no free seats, so these flights cannot be booked together. Choose other flights, or join the waiting list:`,
            other: `${which} have no free seats, so these flights cannot be booked together. Choose other flights, or join the waiting list:`,
          },
        ),
      };
  }
}
