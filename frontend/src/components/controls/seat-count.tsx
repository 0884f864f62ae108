import { t } from '@lingui/core/macro';
import { ActionIcon, Input } from '@mantine/core';
import { useId } from 'react';
import { MinusIcon, PlusIcon } from '@/components/icons';
import css from './seat-count.module.css';

export const MAX_SEATS = 9;

interface Props {
  label: string;
  value: number;
  onChange: (seats: number) => void;
  max?: number;
  disabled?: boolean;
}

/** One to nine seats, chosen by two buttons. A screen reader says the number when it changes. */
export function SeatCount({ label, value, onChange, max = MAX_SEATS, disabled = false }: Props) {
  const id = useId();
  const highest = Math.max(1, Math.min(max, MAX_SEATS));
  return (
    <div>
      <Input.Label size="md" labelElement="div" id={id}>
        {label}
      </Input.Label>
      <fieldset className={css.group} aria-labelledby={id} disabled={disabled}>
        <ActionIcon
          variant="subtle"
          size={36}
          aria-label={t`One seat fewer`}
          disabled={disabled || value <= 1}
          onClick={() => onChange(value - 1)}
        >
          <MinusIcon size={16} />
        </ActionIcon>
        <output className={css.count}>{value}</output>
        <ActionIcon
          variant="subtle"
          size={36}
          aria-label={t`One seat more`}
          disabled={disabled || value >= highest}
          onClick={() => onChange(value + 1)}
        >
          <PlusIcon size={16} />
        </ActionIcon>
      </fieldset>
    </div>
  );
}
