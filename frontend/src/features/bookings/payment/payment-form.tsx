import { t } from '@lingui/core/macro';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { Card, CardHead } from '@/components/layout/card';
import { Countdown } from '@/components/messages/countdown';
import { ProblemNote } from '@/components/messages/problem-note';
import { usePayBooking } from '@/features/bookings/api/change-booking';
import { showOutcome } from '@/features/bookings/show-outcome';
import type { Booking } from '@/lib/api-types';
import { useOneAtATime } from '@/lib/hooks/use-one-at-a-time';
import { useTimeReached } from '@/lib/hooks/use-time-reached';
import { money } from '@/lib/money';
import { asProblem } from '@/lib/problem';
import { CardForm } from './card-form';
import { FIRST_CARD } from './cards';
import css from './payment-form.module.css';

/** Pays for seats that are held until `until`. It stays visible while a card is charged, so that another card can be used after a declined one. */
export function PaymentForm({ booking, until }: { booking: Booking; until: string }) {
  const [card, setCard] = useState(FIRST_CARD);
  const payment = usePayBooking(booking.id);
  const submit = useOneAtATime(async () => {
    await payment.mutateAsync(card).catch((error) => {
      // It was paid elsewhere, so the page shows another status too. Other errors are shown beside the button.
      if (asProblem(error).code !== 'already_paid') throw error;
    });
    showOutcome();
  });
  const charging = payment.isPending || !booking.awaiting_payment;
  const holdEnded = useTimeReached(until) && !charging;

  return (
    <Card wide aria-labelledby="pay">
      <CardHead>
        <h2 id="pay">{holdEnded ? t`The time to pay is over` : t`Pay for your seats`}</h2>
        {!charging && !holdEnded && <Countdown until={until} since={booking.updated_at} />}
      </CardHead>
      {holdEnded ? (
        <p>{t`The seats are being given back.`}</p>
      ) : (
        <>
          <CardForm value={card} onChange={setCard} disabled={charging} />
          {payment.error && <ProblemNote error={payment.error} title={t`This payment was not made.`} />}
          <Button className={css.pay} loading={charging} disabled={card === ''} onClick={() => submit()}>
            {t`Pay ${{ price: money(booking.price_total, booking.currency) }}`}
          </Button>
        </>
      )}
    </Card>
  );
}
