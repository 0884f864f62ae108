import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { asProblem } from '@/lib/problem';
import type { Booking } from '@/lib/wire';
import { useCorrectName } from './api';
import { LONGEST_NAME } from './name-fields';
import css from './travellers.module.css';

type Passenger = Booking['passengers'][number];

/** Who travels, with a way to put a name right while that still helps. */
export function Travellers({ booking }: { booking: Booking }) {
  const [correcting, setCorrecting] = useState<number | null>(null);
  const fixed = booking.status !== 'CONFIRMED' && booking.status !== 'HELD';
  if (booking.passengers.length === 0) return null;
  return (
    <div className={css.travellers}>
      <h2>Travellers</h2>
      <ul>
        {booking.passengers.map((passenger) => (
          <li key={passenger.position}>
            {correcting === passenger.position ? (
              <Correction bookingId={booking.id} passenger={passenger} onDone={() => setCorrecting(null)} />
            ) : (
              <>
                <span>{passenger.name}</span>
                {!fixed && (
                  <Button
                    variant="subtle"
                    size="compact-sm"
                    aria-label={`Correct ${passenger.name}`}
                    onClick={() => setCorrecting(passenger.position)}
                  >
                    Correct
                  </Button>
                )}
              </>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

interface CorrectionProps {
  bookingId: string;
  passenger: Passenger;
  onDone: () => void;
}

function Correction({ bookingId, passenger, onDone }: CorrectionProps) {
  const [name, setName] = useState(passenger.name);
  const correct = useCorrectName(bookingId);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);

  function submit(event: FormEvent) {
    event.preventDefault();
    correct.mutate({ position: passenger.position, name }, { onSuccess: onDone });
  }

  return (
    <form className={css.correction} onSubmit={submit}>
      <TextInput
        ref={field}
        label={`Name of traveller ${passenger.position}`}
        size="sm"
        required
        maxLength={LONGEST_NAME}
        value={name}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
        error={correct.error && asProblem(correct.error).message}
      />
      <div className={css.answers}>
        <Button type="submit" size="sm" loading={correct.isPending}>
          Save
        </Button>
        <Button size="sm" variant="default" onClick={onDone}>
          Leave as it is
        </Button>
      </div>
    </form>
  );
}
