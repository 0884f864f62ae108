import { Radio, Stack } from '@mantine/core';
import { CardChoice, FIRST_CARD } from './card-choice';
import css from './choice.module.css';
import type { PaymentWish } from './intent';

const WAYS = [
  { way: 'none', label: 'Book without payment' },
  { way: 'card', label: 'Pay now with a card' },
  { way: 'hold', label: 'Hold the seats, pay later', description: 'They are kept for some minutes.' },
];

const PAYMENTS: Record<string, PaymentWish> = {
  none: null,
  card: { token: FIRST_CARD },
  hold: { hold: true },
};

interface Props {
  value: PaymentWish;
  onChange: (payment: PaymentWish) => void;
  disabled: boolean;
}

/** Not at all, with a card, or later: the simplest comes first. */
export function PaymentChoice({ value, onChange, disabled }: Props) {
  const token = value && 'token' in value ? value.token : null;
  const way = token ? 'card' : value ? 'hold' : 'none';
  return (
    <>
      <Radio.Group
        label="How do you want to pay?"
        size="md"
        value={way}
        onChange={(chosen) => onChange(PAYMENTS[chosen] ?? null)}
      >
        <Stack gap="xs" mt="xs">
          {WAYS.map(({ way, ...words }) => (
            <Radio key={way} value={way} {...words} disabled={disabled} classNames={{ radio: css.radio }} />
          ))}
        </Stack>
      </Radio.Group>
      {token && (
        <CardChoice value={token} onChange={(chosen) => onChange({ token: chosen })} disabled={disabled} />
      )}
    </>
  );
}
