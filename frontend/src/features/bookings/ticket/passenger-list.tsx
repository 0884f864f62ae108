import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useRenamePassenger } from '@/features/bookings/api/change-booking';
import { MAX_NAME_LENGTH } from '@/features/bookings/limits';
import { asProblem } from '@/lib/problem';
import type { Booking, Passenger } from '@/lib/wire';
import css from './passenger-list.module.css';

/** The passengers who were named. Their names can be corrected while the booking has its seats. */
export function PassengerList({ booking }: { booking: Booking }) {
  /** Positions of passengers: the one whose form is open, and the one whose form was closed last. */
  const [correcting, setCorrecting] = useState<number | null>(null);
  const [corrected, setCorrected] = useState<number | null>(null);
  const hasSeats = booking.status === 'CONFIRMED' || booking.status === 'HELD';
  if (booking.passengers.length === 0) return null;
  return (
    <div className={css.passengers}>
      <h2>Passengers</h2>
      <ul>
        {booking.passengers.map((passenger) => (
          <li key={passenger.position}>
            {correcting === passenger.position ? (
              <RenameForm
                bookingId={booking.id}
                passenger={passenger}
                onDone={() => {
                  setCorrecting(null);
                  setCorrected(passenger.position);
                }}
              />
            ) : (
              <>
                <span>{passenger.name}</span>
                {hasSeats && (
                  <Button
                    // The focus returns to where it was before the form was opened.
                    ref={corrected === passenger.position ? focus : undefined}
                    variant="subtle"
                    size="compact-sm"
                    aria-label={`Correct ${passenger.name}`}
                    onClick={() => {
                      setCorrected(null);
                      setCorrecting(passenger.position);
                    }}
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

function focus(button: HTMLButtonElement | null) {
  button?.focus();
}

interface RenameFormProps {
  bookingId: string;
  passenger: Passenger;
  onDone: () => void;
}

function RenameForm({ bookingId, passenger, onDone }: RenameFormProps) {
  const [name, setName] = useState(passenger.name);
  const rename = useRenamePassenger(bookingId);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);

  function submit(event: FormEvent) {
    event.preventDefault();
    rename.mutate({ position: passenger.position, name }, { onSuccess: onDone });
  }

  return (
    <form className={css.rename} onSubmit={submit}>
      <TextInput
        ref={field}
        label={`Name of passenger ${passenger.position}`}
        size="sm"
        required
        withAsterisk={false}
        maxLength={MAX_NAME_LENGTH}
        value={name}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
        error={rename.error && asProblem(rename.error).message}
      />
      <div className={css.buttons}>
        <Button type="submit" size="sm" loading={rename.isPending}>
          Save
        </Button>
        <Button size="sm" variant="default" onClick={onDone}>
          Do not change
        </Button>
      </div>
    </form>
  );
}
