import { plural, t } from '@lingui/core/macro';
import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Row, Rows, rowLink } from '@/components/layout/row';
import { Countdown } from '@/components/messages/countdown';
import { joinedFlightIds } from './joined-waiting-lists';
import css from './my-waiting-lists.module.css';
import { isOpen, type OpenEntry, waitlistQueries } from './queries';

interface Props {
  /** Renders a flight. The page passes it, because this feature may not import the feature of flights. */
  flight: (flightId: string) => ReactNode;
}

/** The open entries in waiting lists that this browser has joined, with their position or their offer. */
export function MyWaitingLists({ flight }: Props) {
  const ids = joinedFlightIds();
  const entries = useQueries({ queries: ids.map(waitlistQueries.entry) });
  const open = entries.flatMap(({ data }) => (isOpen(data) ? [data] : []));
  if (open.length === 0) return null;
  return (
    <section aria-labelledby="waiting-lists">
      <h2 id="waiting-lists" className={css.title}>
        {t`Waiting lists`}
      </h2>
      <Rows>
        {open.map((entry) => (
          <Row key={entry.id} className={css.row}>
            {flight(entry.flight_id)}
            <div className={css.place}>
              <span role="status">{positionText(entry)}</span>
              {entry.offer && <Countdown until={entry.offer.expires_at} />}
            </div>
            <Link
              to="/flights/$flightId"
              params={{ flightId: entry.flight_id }}
              search={{ seats: entry.party_size }}
              className={rowLink}
            >
              {entry.offer ? t`See the offer` : t`See the line`}
            </Link>
          </Row>
        ))}
      </Rows>
    </section>
  );
}

function positionText({ offer, position, party_size: size }: OpenEntry): string {
  if (offer)
    return plural(
      { seats: offer.seats },
      { one: 'It is your turn: # seat', other: 'It is your turn: # seats' },
    );
  if (position === null)
    return plural({ seats: size }, { one: 'Waiting for # seat', other: 'Waiting for # seats' });
  return plural(
    { seats: size },
    { one: `Number ${position} in line for # seat`, other: `Number ${position} in line for # seats` },
  );
}
