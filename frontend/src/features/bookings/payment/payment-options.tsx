import { Radio, Stack } from '@mantine/core';
import type { PaymentChoice } from '@/features/bookings/api/create-booking';
import { CardChoice, FIRST_CARD } from './card-choice';

const OPTIONS = [
  { option: 'card', label: 'Pay now with a card' },
  {
    option: 'hold',
    label: 'Hold the seats, pay later',
    description: 'They are held for some minutes. The next page says until when.',
  },
  { option: 'none', label: 'Book without payment' },
];

/** What is chosen at first: never a booking without payment, which is for who means it. */
export const FIRST_CHOICE: PaymentChoice = { token: FIRST_CARD };

const CHOICES: Record<string, PaymentChoice> = {
  none: null,
  card: { token: FIRST_CARD },
  hold: { hold: true },
};

interface Props {
  value: PaymentChoice;
  onChange: (payment: PaymentChoice) => void;
  /** Whether this installation takes bookings without payment. */
  mayBeUnpaid: boolean;
  disabled: boolean;
}

/** Whether to pay, and when; with a choice of cards for paying now. */
export function PaymentOptions({ value, onChange, mayBeUnpaid, disabled }: Props) {
  const options = OPTIONS.filter(({ option }) => mayBeUnpaid || option !== 'none');
  const token = value && 'token' in value ? value.token : null;
  const chosen = token ? 'card' : value ? 'hold' : 'none';
  return (
    <>
      <Radio.Group
        label="How do you want to pay?"
        size="md"
        value={chosen}
        onChange={(option) => onChange(CHOICES[option] ?? null)}
      >
        <Stack gap="xs" mt="xs">
          {options.map(({ option, ...text }) => (
            <Radio key={option} value={option} {...text} disabled={disabled} />
          ))}
        </Stack>
      </Radio.Group>
      {token && (
        <CardChoice value={token} onChange={(card) => onChange({ token: card })} disabled={disabled} />
      )}
    </>
  );
}
