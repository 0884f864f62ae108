import { plural, t } from '@lingui/core/macro';
import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useNamePassenger, useRenamePassenger } from '@/features/bookings/api/change-booking';
import { MAX_NAME_LENGTH } from '@/features/bookings/limits';
import type { Booking, Passenger } from '@/lib/api-types';
import { focusOnMount } from '@/lib/focus-on-mount';
import { asProblem, type Problem } from '@/lib/problem';
import { now } from '@/lib/time/server-clock';
import css from './passenger-list.module.css';

interface Props {
  booking: Booking;
  /** Called after a passenger was added or corrected. */
  onRenamed: () => void;
}

/** The travellers. Missing names can be added, and names can be corrected while the booking has its seats. */
export function PassengerList({ booking, onRenamed }: Props) {
  /** Positions of travellers: the one whose form is open, and the one whose form was closed last. */
  const [correcting, setCorrecting] = useState<number | null>(null);
  const [corrected, setCorrected] = useState<number | null>(null);
  const [naming, setNaming] = useState(false);
  const hasSeats = booking.status === 'CONFIRMED' || booking.status === 'HELD';
  const named = booking.passengers.length;
  const [first] = booking.segments;
  const unnamed =
    hasSeats && first && Date.parse(first.flight.departure_ts) > now() ? booking.seats - named : 0;
  if (named === 0 && unnamed <= 0) return null;
  return (
    <div className={css.passengers}>
      <h2>{t`Travellers`}</h2>
      <ul>
        {booking.passengers.map((passenger) => (
          <li key={passenger.position}>
            {correcting === passenger.position ? (
              <RenameForm
                bookingId={booking.id}
                passenger={passenger}
                onRenamed={onRenamed}
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
                    ref={corrected === passenger.position ? focusOnMount : undefined}
                    variant="subtle"
                    size="compact-sm"
                    aria-label={t`Correct ${{ name: passenger.name }}`}
                    onClick={() => {
                      setCorrected(null);
                      setCorrecting(passenger.position);
                    }}
                  >
                    {t`Correct`}
                  </Button>
                )}
              </>
            )}
          </li>
        ))}
      </ul>
      {unnamed > 0 &&
        (naming ? (
          <NameForm
            bookingId={booking.id}
            position={named + 1}
            onRenamed={onRenamed}
            onDone={() => setNaming(false)}
          />
        ) : (
          <div className={css.unnamed} data-screen-only>
            <span>
              {named === 0
                ? t`Nobody is named yet.`
                : plural(unnamed, { one: '# seat without a name.', other: '# seats without a name.' })}
            </span>
            <Button variant="default" size="compact-sm" onClick={() => setNaming(true)}>
              {t`Name a traveller`}
            </Button>
          </div>
        ))}
    </div>
  );
}

interface RenameFormProps {
  bookingId: string;
  passenger: Passenger;
  onRenamed: () => void;
  onDone: () => void;
}

function RenameForm({ bookingId, passenger, onRenamed, onDone }: RenameFormProps) {
  const rename = useRenamePassenger(bookingId);

  function save(name: string) {
    rename.mutate(
      { position: passenger.position, name },
      {
        onSuccess: ({ passengers }) => {
          const after = passengers.find(({ position }) => position === passenger.position);
          if (after?.name !== passenger.name) onRenamed();
          onDone();
        },
      },
    );
  }

  return (
    <NameFields
      position={passenger.position}
      initialName={passenger.name}
      error={rename.error}
      saving={rename.isPending}
      closeText={t`Do not change`}
      onSave={save}
      onDone={onDone}
    />
  );
}

interface NameFormProps {
  bookingId: string;
  /** The position that the traveller will have. */
  position: number;
  onRenamed: () => void;
  onDone: () => void;
}

function NameForm({ bookingId, position, onRenamed, onDone }: NameFormProps) {
  const add = useNamePassenger(bookingId);

  function save(name: string) {
    add.mutate(name, {
      onSuccess: () => {
        onRenamed();
        onDone();
      },
    });
  }

  return (
    <NameFields
      position={position}
      initialName=""
      error={add.error}
      saving={add.isPending}
      closeText={t`Not now`}
      onSave={save}
      onDone={onDone}
    />
  );
}

interface NameFieldsProps {
  position: number;
  initialName: string;
  error: Error | null;
  saving: boolean;
  /** The text of the button that closes the form without saving. */
  closeText: string;
  onSave: (name: string) => void;
  onDone: () => void;
}

function NameFields({ position, initialName, error, saving, closeText, onSave, onDone }: NameFieldsProps) {
  const [name, setName] = useState(initialName);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!saving) onSave(name);
  }

  return (
    <form className={css.rename} onSubmit={submit}>
      <TextInput
        ref={field}
        label={t`Name of traveller ${position}`}
        size="sm"
        required
        withAsterisk={false}
        maxLength={MAX_NAME_LENGTH}
        value={name}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
        error={error && errorText(asProblem(error))}
      />
      <div className={css.buttons}>
        <Button type="submit" size="sm" loading={saving}>
          {t`Save`}
        </Button>
        <Button size="sm" variant="default" onClick={onDone}>
          {closeText}
        </Button>
      </div>
    </form>
  );
}

function errorText({ errors, message }: Problem): string {
  return errors[0]?.message ?? message;
}
