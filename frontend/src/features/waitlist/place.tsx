import { Button } from '@mantine/core';
import { Countdown } from '@/components/countdown';
import { LinkButton } from '@/components/link-button';
import { ProblemNote } from '@/components/problem-note';
import type { PlaceInLine } from '@/lib/wire';
import { useLeave } from './api';
import css from './waiting-list.module.css';

/** Where one stands, or what one is offered; read out when it changes. */
export function Place({ place }: { place: PlaceInLine }) {
  const leave = useLeave(place.flight_id);
  const { offer } = place;
  return (
    <>
      <div className={css.place} role="status">
        {offer ? (
          <>
            <strong>It is your turn</strong>
            <p>
              {offerWords(offer.seats, place.party_size)} held for you. Pay before they go on to the next.
            </p>
          </>
        ) : (
          <>
            <strong>Number {place.position}</strong>
            <p>{place.explanation}</p>
            <p>{wishWords(place)}</p>
          </>
        )}
      </div>
      {offer && (
        <>
          <p className={css.left}>
            <Countdown until={offer.expires_at} /> left
          </p>
          <LinkButton fullWidth to="/bookings/$bookingId" params={{ bookingId: offer.booking_id }}>
            Pay for {offer.seats === 1 ? 'it' : 'them'}
          </LinkButton>
        </>
      )}
      {leave.error && <ProblemNote error={leave.error} title="Your place was not given up." />}
      <Button fullWidth variant="default" loading={leave.isPending} onClick={() => leave.mutate()}>
        {offer ? 'Give the offer back' : 'Leave the line'}
      </Button>
    </>
  );
}

function offerWords(seats: number, wanted: number): string {
  if (seats < wanted)
    return `${seats} of the ${wanted} seats that you wait for ${seats === 1 ? 'is' : 'are'}`;
  return seats === 1 ? '1 seat is' : `${seats} seats are`;
}

function wishWords({ party_size: size, accept_partial: partly }: PlaceInLine): string {
  if (size === 1) return 'You wait for 1 seat.';
  return partly ? `You wait for ${size} seats, or fewer.` : `You wait for ${size} seats together.`;
}
