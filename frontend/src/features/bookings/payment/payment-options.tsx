import { t } from '@lingui/core/macro';
import { Radio, Stack } from '@mantine/core';
import type { PaymentChoice } from '@/features/bookings/api/create-booking';
import { now } from '@/lib/time/server-clock';
import { browserClock } from '@/lib/time/time';
import { CardForm } from './card-form';
import { FIRST_CARD } from './cards';

const CHOICES: Record<string, PaymentChoice> = {
  card: { token: FIRST_CARD },
  hold: { hold: true },
  none: null,
};

interface Props {
  value: PaymentChoice;
  onChange: (payment: PaymentChoice) => void;
  /** How long seats are held; undefined while it is not known. */
  holdMinutes: number | undefined;
  /** Whether this installation takes bookings without payment. */
  mayBeUnpaid: boolean;
  disabled: boolean;
}

/** The choice to pay now, to hold the seats, or to book without a payment; and the card for paying now. */
export function PaymentOptions({ value, onChange, holdMinutes, mayBeUnpaid, disabled }: Props) {
  const token = value && 'token' in value ? value.token : null;
  const chosen = token !== null ? 'card' : value ? 'hold' : 'none';
  return (
    <>
      <Radio.Group
        label={t`How do you want to pay?`}
        size="md"
        value={chosen}
        onChange={(option) => onChange(CHOICES[option] ?? null)}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="card" label={t`Pay now with a card`} disabled={disabled} />
          <Radio
            value="hold"
            label={t`Hold the seats, pay later`}
            description={holdText(holdMinutes)}
            disabled={disabled}
          />
          {mayBeUnpaid && (
            <Radio
              value="none"
              label={t`Book without payment`}
              description={t`The seats are confirmed at once. Nothing is charged.`}
              disabled={disabled}
            />
          )}
        </Stack>
      </Radio.Group>
      {token !== null && (
        <CardForm value={token} onChange={(card) => onChange({ token: card })} disabled={disabled} />
      )}
    </>
  );
}

function holdText(minutes: number | undefined): string {
  if (minutes === undefined) return t`The next page says until when you have to pay.`;
  const until = new Date(now() + minutes * 60_000).toISOString();
  return t`If you hold them now: until ${{ time: browserClock(until) }}.`;
}
