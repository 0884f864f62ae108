import { t } from '@lingui/core/macro';
import { ActionIcon } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { SwapIcon } from '@/components/icons';
import { exactPlace, placeQueries } from '@/lib/places';
import { useClockCorrection } from '@/lib/time/server-clock';
import { type Day, today } from '@/lib/time/time';
import css from './leg-fields.module.css';
import { PlaceInput } from './place-input';
import type { LegDraft } from './trip-draft';

/** What is wrong with each field of a leg. */
export type LegErrors = Partial<Record<'from' | 'to', string>>;

interface Props {
  leg: LegDraft;
  /** Names the fields of the second leg and of those after it. */
  number: number;
  errors: LegErrors;
  onChange: (change: Partial<LegDraft>) => void;
  /** The day, and what else belongs into the line. */
  children: ReactNode;
}

/** From where, to where, and when. */
export function LegFields({ leg: { from, to }, number, errors, onChange, children }: Props) {
  return (
    <div className={css.leg}>
      <div className={css.places}>
        <PlaceInput
          className={css.from}
          label={number > 1 ? t`From (flight ${number})` : t`From`}
          value={from}
          onChange={(name) => onChange({ from: name })}
          error={errors.from}
        />
        <ActionIcon
          className={css.swap}
          variant="default"
          radius="xl"
          size={36}
          aria-label={number > 1 ? t`Swap from and to (flight ${number})` : t`Swap from and to`}
          onClick={() => onChange({ from: to, to: from })}
        >
          <SwapIcon size={18} />
        </ActionIcon>
        <PlaceInput
          className={css.to}
          label={number > 1 ? t`To (flight ${number})` : t`To`}
          value={to}
          onChange={(name) => onChange({ to: name })}
          error={errors.to}
        />
      </div>
      {children}
    </div>
  );
}

/** The first day that is not over at a place. As long as the place is not known, it is that of the reader. */
export function useEarliestDay(name: string): Day {
  useClockCorrection();
  // Reads what the field of the place has asked for.
  const { data } = useQuery({ ...placeQueries.suggestions(name), enabled: false });
  const place = data && name.trim() ? exactPlace(data, name) : null;
  return place ? today(place.timezone) : today();
}
