import { useQuery } from '@tanstack/react-query';
import { LinkButton } from '@/components/link-button';
import { ProblemNote } from '@/components/problem-note';
import { useReached } from '@/components/use-reached';
import { asProblem } from '@/lib/problem';
import { useSession } from '@/lib/session';
import type { Flight } from '@/lib/wire';
import { placeInLine, useJoin } from './api';
import { JoinForm } from './join-form';
import { Place } from './place';
import css from './waiting-list.module.css';

interface Props {
  flight: Flight;
  /** How many are wanted. */
  seats: number;
  onSeats: (seats: number) => void;
}

/** The line for a flight: the traveller's place in it, or the way in where there are fewer seats than they want. */
export function WaitingList({ flight, seats, onSeats }: Props) {
  const session = useSession();
  const departed = useReached(flight.departure_ts);
  const open = flight.status === 'SCHEDULED' && !departed;
  const short = flight.available_seats < seats || flight.available_seats === 0;
  const {
    data: place,
    error,
    refetch,
  } = useQuery({ ...placeInLine(flight.id), enabled: open && session.state !== 'signed-out' });
  const join = useJoin(flight.id);
  const waits = place?.status === 'WAITING' || place?.status === 'OFFERED';

  if (!open || !(waits || short)) return null;
  return (
    <section className={css.panel} aria-labelledby="waiting-list">
      <h2 id="waiting-list">Waiting list</h2>
      {session.state === 'signed-out' ? (
        <>
          <p>First come, first served: whoever waits is offered seats before they go on sale.</p>
          <LinkButton
            fullWidth
            variant="default"
            to="/sign-in"
            search={{ next: `/flights/${flight.id}?seats=${seats}` }}
          >
            Sign in to wait
          </LinkButton>
        </>
      ) : waits ? (
        <>
          {asProblem(join.error).code === 'already_waiting' && (
            <p className={css.news} role="alert">
              You wait already, with another party. Leave the line first to join it anew.
            </p>
          )}
          <Place place={place} />
        </>
      ) : error ? (
        <ProblemNote error={error} title="Your place in line is not known." onRetry={() => refetch()} />
      ) : (
        // A new key starts with the party that was asked for.
        <JoinForm
          key={seats}
          join={join}
          seats={seats}
          lapsed={place?.status === 'EXPIRED'}
          onSeats={onSeats}
        />
      )}
    </section>
  );
}
