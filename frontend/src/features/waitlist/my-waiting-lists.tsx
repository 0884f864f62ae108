import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Row, Rows, rowLink } from '@/components/layout/row';
import { Countdown } from '@/components/messages/countdown';
import { plural } from '@/lib/plural';
import css from './my-waiting-lists.module.css';
import { isOpen, type OpenEntry, waitlistQueries } from './queries';
import { waitedFlights } from './remembered';

interface Props {
  /** What a flight is: the page lends it, because flights are another feature's. */
  flight: (flightId: string) => ReactNode;
}

/** The waiting lists that this browser has joined and that have not ended: the place in line, or the offer. */
export function MyWaitingLists({ flight }: Props) {
  const ids = waitedFlights();
  const entries = useQueries({ queries: ids.map(waitlistQueries.entry) });
  const open = entries.flatMap(({ data }) => (isOpen(data) ? [data] : []));
  if (open.length === 0) return null;
  return (
    <section aria-labelledby="waiting-lists">
      <h2 id="waiting-lists" className={css.title}>
        Waiting lists
      </h2>
      <Rows>
        {open.map((entry) => (
          <Row key={entry.id} className={css.row}>
            {flight(entry.flight_id)}
            <div className={css.place}>
              <span role="status">{placeText(entry)}</span>
              {entry.offer && <Countdown until={entry.offer.expires_at} />}
            </div>
            <Link
              to="/flights/$flightId"
              params={{ flightId: entry.flight_id }}
              search={{ seats: entry.party_size }}
              className={rowLink}
            >
              {entry.offer ? 'See the offer' : 'See the line'}
            </Link>
          </Row>
        ))}
      </Rows>
    </section>
  );
}

function placeText({ offer, position, party_size: size }: OpenEntry): string {
  const seats = plural(size, 'seat');
  if (offer) return `It is your turn: ${plural(offer.seats, 'seat')}`;
  return position === null ? `Waiting for ${seats}` : `Number ${position} in line for ${seats}`;
}
