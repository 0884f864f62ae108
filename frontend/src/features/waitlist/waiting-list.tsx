import { t } from '@lingui/core/macro';
import { useQuery } from '@tanstack/react-query';
import { SignInButton } from '@/components/controls/sign-in-button';
import { Card } from '@/components/layout/card';
import { Notice } from '@/components/messages/notice';
import { QueryFallback } from '@/components/messages/query-fallback';
import type { Flight } from '@/lib/api-types';
import { useTimeReached } from '@/lib/hooks/use-time-reached';
import { asProblem } from '@/lib/problem';
import { useSession } from '@/lib/session';
import { EntryDetails } from './entry';
import { JoinForm } from './join-form';
import { isOpen, useJoin, waitlistQueries } from './queries';

interface Props {
  flight: Flight;
  /** The number of wanted seats. */
  seats: number;
  onSeats: (seats: number) => void;
  /** Joining or leaving may have changed the free seats of the flight. */
  onChanged: () => void;
}

/** The account's entry in the waiting list of a flight, or a form to join it if there are fewer seats than wanted. */
export function WaitingList({ flight, seats, onSeats, onChanged }: Props) {
  const session = useSession();
  const departed = useTimeReached(flight.departure_ts);
  const bookable = flight.status === 'SCHEDULED' && !departed;
  const tooFew = flight.available_seats < seats || flight.available_seats === 0;
  const signedIn = session.state !== 'signed-out';
  const query = useQuery({ ...waitlistQueries.entry(flight.id), enabled: bookable && signedIn });
  const join = useJoin(flight.id, onChanged);
  const entry = query.data;

  if (!bookable || !(isOpen(entry) || tooFew)) return null;
  return (
    <Card aria-labelledby="waiting-list">
      <h2 id="waiting-list">{t`Waiting list`}</h2>
      {!signedIn ? (
        <>
          <p>{t`First come, first served: free seats are offered to those who wait before they go on sale.`}</p>
          <SignInButton variant="default">{t`Sign in to wait`}</SignInButton>
        </>
      ) : isOpen(entry) ? (
        <>
          {asProblem(join.error).code === 'already_waiting' && (
            <Notice>
              <p>
                {t`You wait already for another number of seats. To change it, leave the list and join again.`}
              </p>
            </Notice>
          )}
          <EntryDetails entry={entry} onChanged={onChanged} />
        </>
      ) : entry === undefined ? (
        <QueryFallback
          query={query}
          loading={t`Loading your place in line`}
          failed={t`Your place in line could not be loaded.`}
          heights={[140]}
        />
      ) : (
        <JoinForm
          // A new key, so that the form starts with the number of seats that is wanted now.
          key={seats}
          join={join}
          seats={seats}
          offerEnded={entry?.status === 'EXPIRED'}
          onSeats={onSeats}
        />
      )}
    </Card>
  );
}
