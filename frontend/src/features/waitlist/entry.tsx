import { plural, t } from '@lingui/core/macro';
import { Button } from '@mantine/core';
import { LinkButton } from '@/components/controls/link-button';
import { Countdown } from '@/components/messages/countdown';
import { ProblemNote } from '@/components/messages/problem-note';
import type { WaitlistEntry } from '@/lib/api-types';
import { useLeave } from './queries';
import css from './waiting-list.module.css';

interface Props {
  entry: WaitlistEntry;
  onChanged: () => void;
}

/** The position in the waiting list, or the offered seats. A screen reader reads changes. */
export function EntryDetails({ entry, onChanged }: Props) {
  const leave = useLeave(entry.flight_id, onChanged);
  const { offer } = entry;
  return (
    <>
      <div className={css.entry} role="status">
        {offer ? (
          <>
            <strong>{t`It is your turn`}</strong>
            <p>{offerText(offer.seats, entry.party_size)}</p>
          </>
        ) : (
          <>
            <strong>{t`Number ${{ position: entry.position ?? '–' }} in line`}</strong>
            <p>{entry.explanation}</p>
            <p>{partyText(entry)}</p>
          </>
        )}
      </div>
      {offer && (
        <>
          <Countdown until={offer.expires_at} />
          <LinkButton fullWidth to="/bookings/$bookingId" params={{ bookingId: offer.booking_id }}>
            {plural({ seats: offer.seats }, { one: 'Pay for it', other: 'Pay for them' })}
          </LinkButton>
        </>
      )}
      {leave.error && <ProblemNote error={leave.error} title={t`You are still in line.`} />}
      <Button fullWidth variant="default" loading={leave.isPending} onClick={() => leave.mutate()}>
        {offer ? t`Decline the offer` : t`Leave the waiting list`}
      </Button>
    </>
  );
}

function offerText(seats: number, wanted: number): string {
  if (seats < wanted) {
    return plural(seats, {
      one: `# of the ${wanted} seats that you wait for is held for you. Pay before the offer ends.`,
      other: `# of the ${wanted} seats that you wait for are held for you. Pay before the offer ends.`,
    });
  }
  return plural(seats, {
    one: '# seat is held for you. Pay before the offer ends.',
    other: '# seats are held for you. Pay before the offer ends.',
  });
}

function partyText({ party_size: size, accept_partial: partial }: WaitlistEntry): string {
  return partial && size > 1
    ? plural(size, { one: 'You wait for # seat, or fewer.', other: 'You wait for # seats, or fewer.' })
    : plural(size, { one: 'You wait for # seat.', other: 'You wait for # seats together.' });
}
