import { Button, Checkbox } from '@mantine/core';
import { useState } from 'react';
import { ProblemNote } from '@/components/problem-note';
import { SeatCount } from '@/components/seat-count';
import { asProblem } from '@/lib/problem';
import type { Join } from './api';
import css from './waiting-list.module.css';

interface Props {
  join: Join;
  seats: number;
  /** An offer was made and ended unpaid. */
  lapsed: boolean;
  onSeats: (seats: number) => void;
}

export function JoinForm({ join, seats, lapsed, onSeats }: Props) {
  const [size, setSize] = useState(seats);
  const [partly, setPartly] = useState(false);
  const { code } = asProblem(join.error);

  function choose(chosen: number) {
    join.reset();
    setSize(chosen);
  }

  return (
    <>
      <p>
        {lapsed
          ? 'Your offer ended unpaid and went on to the next party. Join again to wait at the end of the line.'
          : 'First come, first served: whoever waits is offered seats before they go on sale.'}
      </p>
      <SeatCount label="Seats to wait for" value={size} onChange={choose} disabled={join.isPending} />
      {size > 1 && (
        <Checkbox
          label="Fewer seats are better than none"
          checked={partly}
          onChange={({ currentTarget }) => setPartly(currentTarget.checked)}
          disabled={join.isPending}
          classNames={{ input: css.box }}
        />
      )}
      {code === 'seats_available' ? (
        <div className={css.news} role="alert">
          <strong>No need to wait</strong>
          <p>{size === 1 ? 'A seat is' : `${size} seats are`} free now.</p>
          <Button fullWidth onClick={() => onSeats(size)}>
            Choose {size === 1 ? 'it' : 'them'}
          </Button>
        </div>
      ) : (
        <>
          {join.error && code !== 'already_waiting' && (
            <ProblemNote error={join.error} title="You are not in line." />
          )}
          <Button
            fullWidth
            loading={join.isPending}
            onClick={() => join.mutate({ size, partly: size > 1 && partly })}
          >
            Join the waiting list
          </Button>
        </>
      )}
    </>
  );
}
