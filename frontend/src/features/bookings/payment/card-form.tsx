import { i18n } from '@lingui/core';
import { t } from '@lingui/core/macro';
import { Radio, TextInput } from '@mantine/core';
import { useState } from 'react';
import css from './card-form.module.css';
import { cardOf, cardWithNumber, groupedNumber, TEST_CARDS } from './cards';

interface Props {
  /** The token of the chosen card; an empty text while the number is of no test card. */
  value: string;
  onChange: (token: string) => void;
  disabled?: boolean;
}

/** The card to pay with. In test mode there are cards to choose from, and each says what it does. */
export function CardForm({ value, onChange, disabled = false }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  const number = typed ?? cardOf(value)?.number ?? '';
  const complete = number.replace(/\D/g, '').length === 16;

  function type(text: string) {
    const next = groupedNumber(text);
    setTyped(next);
    onChange(cardWithNumber(next)?.token ?? '');
  }

  function choose(token: string) {
    setTyped(null);
    onChange(token);
  }

  return (
    <div className={css.form}>
      <p className={css.mode}>
        <strong>{t`Test mode`}</strong> {t`No real card is charged: never enter one here.`}
      </p>
      <div className={css.fields}>
        <TextInput
          className={css.number}
          label={t`Card number`}
          inputMode="numeric"
          autoComplete="off"
          value={number}
          disabled={disabled}
          error={value === '' && complete && t`In test mode only the cards below work.`}
          onChange={({ currentTarget }) => type(currentTarget.value)}
        />
        <TextInput label={t`Valid until`} value="12/34" readOnly disabled={disabled} />
        <TextInput label={t`Security code`} value="123" readOnly disabled={disabled} />
      </div>
      <Radio.Group label={t`Cards to try`} value={value} onChange={choose} size="sm">
        <div className={css.cards}>
          {TEST_CARDS.map(({ token, name, effect }) => (
            <Radio
              key={token}
              value={token}
              label={i18n._(name)}
              description={i18n._(effect)}
              disabled={disabled}
            />
          ))}
        </div>
      </Radio.Group>
    </div>
  );
}
