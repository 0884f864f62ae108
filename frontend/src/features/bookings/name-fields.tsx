import { Button, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { MOST_SEATS } from '@/components/seat-count';
import css from './name-fields.module.css';

export const LONGEST_NAME = 100;
export const NO_NAMES: string[] = Array(MOST_SEATS).fill('');

interface Props {
  seats: number;
  /** One for each seat that there could be: those beyond the seats are kept for when there are more again. */
  names: string[];
  onChange: (names: string[]) => void;
  disabled: boolean;
}

/** Who travels: nobody has to be named. */
export function NameFields({ seats, names, onChange, disabled }: Props) {
  const [open, { open: show }] = useDisclosure(false);
  if (!open) {
    return (
      <Button variant="subtle" size="compact-md" className={css.show} onClick={show} disabled={disabled}>
        Add {seats === 1 ? 'a name' : 'names'} (optional)
      </Button>
    );
  }
  const change = (position: number, name: string) =>
    onChange(names.map((known, at) => (at === position ? name : known)));
  return (
    <fieldset className={css.names} disabled={disabled}>
      <legend>Who travels? (optional)</legend>
      {Array.from({ length: seats }, (_, position) => `Traveller ${position + 1}`).map((label, position) => (
        <TextInput
          key={label}
          label={label}
          size="sm"
          autoComplete={position === 0 ? 'name' : 'off'}
          maxLength={LONGEST_NAME}
          value={names[position]}
          onChange={({ currentTarget }) => change(position, currentTarget.value)}
        />
      ))}
    </fieldset>
  );
}
