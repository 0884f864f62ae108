import { ActionIcon, Input } from '@mantine/core';
import { useId } from 'react';
import { MinusIcon, PlusIcon } from './icons';
import css from './seat-count.module.css';

export const MOST_SEATS = 9;

interface Props {
  label: string;
  value: number;
  onChange: (seats: number) => void;
  most?: number;
  disabled?: boolean;
}

/** One to nine seats by two buttons; the count is announced when it changes. */
export function SeatCount({ label, value, onChange, most = MOST_SEATS, disabled = false }: Props) {
  const id = useId();
  const highest = Math.max(1, Math.min(most, MOST_SEATS));
  return (
    <div>
      <Input.Label size="md" labelElement="div" id={id}>
        {label}
      </Input.Label>
      <fieldset className={css.group} aria-labelledby={id} disabled={disabled}>
        <ActionIcon
          variant="subtle"
          size={36}
          aria-label="One seat fewer"
          disabled={disabled || value <= 1}
          onClick={() => onChange(value - 1)}
        >
          <MinusIcon size={16} />
        </ActionIcon>
        <output className={css.count}>{value}</output>
        <ActionIcon
          variant="subtle"
          size={36}
          aria-label="One seat more"
          disabled={disabled || value >= highest}
          onClick={() => onChange(value + 1)}
        >
          <PlusIcon size={16} />
        </ActionIcon>
      </fieldset>
    </div>
  );
}
