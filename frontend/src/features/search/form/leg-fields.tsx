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
  /** The field of the day, and further fields of this line. */
  children: ReactNode;
}

/** The fields of a leg: from, to, and the day. */
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

/** Today at a place. While the place is not known, today in the time zone of the browser. */
export function useEarliestDay(name: string): Day {
  useClockCorrection();
  // Reads from the cache what the field of the place has loaded.
  const { data } = useQuery({ ...placeQueries.suggestions(name), enabled: false });
  const place = data && name.trim() ? exactPlace(data, name) : null;
  return place ? today(place.timezone) : today();
}
