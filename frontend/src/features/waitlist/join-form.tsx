import { plural, t } from '@lingui/core/macro';
import { Button, Checkbox } from '@mantine/core';
import { useState } from 'react';
import { SeatCount } from '@/components/controls/seat-count';
import { Notice } from '@/components/messages/notice';
import { ProblemNote } from '@/components/messages/problem-note';
import { asProblem } from '@/lib/problem';
import type { Join } from './queries';

interface Props {
  join: Join;
  seats: number;
  /** Seats were offered, and the offer ended unpaid. */
  offerEnded: boolean;
  onSeats: (seats: number) => void;
}

/** The form that joins the waiting list. If the server says that seats are free, a button leads back to the checkout. */
export function JoinForm({ join, seats, offerEnded, onSeats }: Props) {
  const [size, setSize] = useState(seats);
  const [acceptPartial, setAcceptPartial] = useState(false);
  const { code } = asProblem(join.error);

  function changeSize(chosen: number) {
    join.reset();
    setSize(chosen);
  }

  return (
    <>
      <p>
        {offerEnded
          ? t`Your offer ended unpaid, and the seats were offered to the next in line. You can join again at the end of the line.`
          : t`First come, first served: free seats are offered to those who wait before they go on sale.`}
      </p>
      <SeatCount label={t`Seats to wait for`} value={size} onChange={changeSize} disabled={join.isPending} />
      {size > 1 && (
        <Checkbox
          label={t`Offer me fewer seats, too`}
          checked={acceptPartial}
          onChange={({ currentTarget }) => setAcceptPartial(currentTarget.checked)}
          disabled={join.isPending}
        />
      )}
      {code === 'seats_available' ? (
        <Notice title={t`You do not have to wait`}>
          <p>{plural(size, { one: 'A seat is free now.', other: '# seats are free now.' })}</p>
          <Button fullWidth onClick={() => onSeats(size)}>
            {plural(size, { one: 'Choose it', other: 'Choose them' })}
          </Button>
        </Notice>
      ) : (
        <>
          {join.error && code !== 'already_waiting' && (
            <ProblemNote error={join.error} title={t`You were not added to the waiting list.`} />
          )}
          <Button
            fullWidth
            loading={join.isPending}
            onClick={() => join.mutate({ size, acceptPartial: size > 1 && acceptPartial })}
          >
            {t`Join the waiting list`}
          </Button>
        </>
      )}
    </>
  );
}
