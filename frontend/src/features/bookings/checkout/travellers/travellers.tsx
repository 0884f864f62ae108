import { t } from '@lingui/core/macro';
import { TextInput } from '@mantine/core';
import { MAX_SEATS } from '@/components/controls/seat-count';
import { MAX_NAME_LENGTH } from '@/features/bookings/limits';
import { today } from '@/lib/time/time';
import css from './travellers.module.css';

/** A traveller in the form. Empty fields are not sent. */
export interface Traveller {
  name: string;
  birth: string;
  contact: string;
}

export const NO_TRAVELLERS: Traveller[] = Array.from({ length: MAX_SEATS }, () => ({
  name: '',
  birth: '',
  contact: '',
}));

/** What is wrong with a field, by the position of the traveller and the field's name. */
export type TravellerErrors = Readonly<Record<string, string>>;

interface Props {
  seats: number;
  /** One for each seat that there could be, so that nothing is lost when the number of seats goes down and up again. */
  travellers: Traveller[];
  onChange: (travellers: Traveller[]) => void;
  errors: TravellerErrors;
  disabled: boolean;
}

/** Who is travelling. Names can also be added after the booking. */
export function Travellers({ seats, travellers, onChange, errors, disabled }: Props) {
  const change = (position: number, field: keyof Traveller, value: string) =>
    onChange(travellers.map((known, index) => (index === position ? { ...known, [field]: value } : known)));
  return (
    <div className={css.travellers}>
      <p
        className={css.hint}
      >{t`Names as in the passport. You can also add and correct them after booking.`}</p>
      {travellers.slice(0, seats).map(({ name, birth, contact }, position) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a traveller is a seat of the booking
        <fieldset key={position} className={css.traveller} disabled={disabled}>
          <legend>{seats === 1 ? t`Traveller` : t`Traveller ${{ number: position + 1 }}`}</legend>
          <TextInput
            label={t`Full name`}
            autoComplete={position === 0 ? 'name' : 'off'}
            maxLength={MAX_NAME_LENGTH}
            value={name}
            error={errors[`${position} name`]}
            onChange={({ currentTarget }) => change(position, 'name', currentTarget.value)}
          />
          <TextInput
            label={t`Date of birth`}
            type="date"
            max={today()}
            value={birth}
            error={errors[`${position} birth`]}
            onChange={({ currentTarget }) => change(position, 'birth', currentTarget.value)}
          />
          {position === 0 && (
            <TextInput
              className={css.contact}
              label={t`E-mail or phone`}
              description={t`For changes of this trip only.`}
              autoComplete="email"
              value={contact}
              error={errors['0 contact']}
              onChange={({ currentTarget }) => change(0, 'contact', currentTarget.value)}
            />
          )}
        </fieldset>
      ))}
    </div>
  );
}
