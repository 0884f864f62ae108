import { Button, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import { MAX_SEATS } from '@/components/controls/seat-count';
import { MAX_NAME_LENGTH } from '@/features/bookings/limits';
import css from './passenger-fields.module.css';

export const NO_NAMES: string[] = Array(MAX_SEATS).fill('');

interface Props {
  seats: number;
  /** One for each seat that there could be, so that no name is lost when the number of seats goes down and up again. */
  names: string[];
  onChange: (names: string[]) => void;
  disabled: boolean;
}

/** The names of the passengers. They are optional, so the fields are hidden until somebody wants them. */
export function PassengerFields({ seats, names, onChange, disabled }: Props) {
  const [open, { open: show }] = useDisclosure(false);
  const first = useRef<HTMLInputElement>(null);

  // The button that was pressed is gone: go on where it led.
  useEffect(() => {
    if (open) first.current?.focus();
  }, [open]);

  if (!open) {
    return (
      <Button variant="subtle" size="compact-md" className={css.show} onClick={show} disabled={disabled}>
        Add {seats === 1 ? 'a passenger name' : 'passenger names'} (optional)
      </Button>
    );
  }
  const change = (position: number, name: string) =>
    onChange(names.map((known, index) => (index === position ? name : known)));
  return (
    <fieldset className={css.names} disabled={disabled}>
      <legend>Who is travelling? (optional)</legend>
      {Array.from({ length: seats }, (_, position) => `Passenger ${position + 1}`).map((label, position) => (
        <TextInput
          key={label}
          ref={position === 0 ? first : undefined}
          label={label}
          size="sm"
          autoComplete={position === 0 ? 'name' : 'off'}
          maxLength={MAX_NAME_LENGTH}
          value={names[position]}
          onChange={({ currentTarget }) => change(position, currentTarget.value)}
        />
      ))}
    </fieldset>
  );
}
