import { Button } from '@mantine/core';
import { LinkButton } from '@/components/controls/link-button';
import { Countdown } from '@/components/messages/countdown';
import { ProblemNote } from '@/components/messages/problem-note';
import { plural } from '@/lib/plural';
import type { WaitlistEntry } from '@/lib/wire';
import { useLeave } from './queries';
import css from './waiting-list.module.css';

interface Props {
  entry: WaitlistEntry;
  onChanged: () => void;
}

/** The place in line, or the seats that are offered. A screen reader says it when it changes. */
export function Entry({ entry, onChanged }: Props) {
  const leave = useLeave(entry.flight_id, onChanged);
  const { offer } = entry;
  return (
    <>
      <div className={css.entry} role="status">
        {offer ? (
          <>
            <strong>It is your turn</strong>
            <p>{offerText(offer.seats, entry.party_size)} held for you. Pay before the offer ends.</p>
          </>
        ) : (
          <>
            <strong>Number {entry.position} in line</strong>
            <p>{entry.explanation}</p>
            <p>{partyText(entry)}</p>
          </>
        )}
      </div>
      {offer && (
        <>
          <Countdown until={offer.expires_at} />
          <LinkButton fullWidth to="/bookings/$bookingId" params={{ bookingId: offer.booking_id }}>
            Pay for {offer.seats === 1 ? 'it' : 'them'}
          </LinkButton>
        </>
      )}
      {leave.error && <ProblemNote error={leave.error} title="You are still in line." />}
      <Button fullWidth variant="default" loading={leave.isPending} onClick={() => leave.mutate()}>
        {offer ? 'Decline the offer' : 'Leave the waiting list'}
      </Button>
    </>
  );
}

function offerText(seats: number, wanted: number): string {
  const are = seats === 1 ? 'is' : 'are';
  if (seats < wanted) return `${seats} of the ${wanted} seats that you wait for ${are}`;
  return `${plural(seats, 'seat')} ${are}`;
}

function partyText({ party_size: size, accept_partial: partial }: WaitlistEntry): string {
  if (size === 1) return 'You wait for 1 seat.';
  return partial ? `You wait for ${size} seats, or fewer.` : `You wait for ${size} seats together.`;
}
