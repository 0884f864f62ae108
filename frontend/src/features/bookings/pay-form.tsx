import { Button } from '@mantine/core';
import { useState } from 'react';
import { Countdown } from '@/components/countdown';
import { ProblemNote } from '@/components/problem-note';
import { useReached } from '@/components/use-reached';
import { money } from '@/lib/money';
import type { Booking } from '@/lib/wire';
import { usePay } from './api';
import { CardChoice, FIRST_CARD } from './card-choice';
import css from './pay-form.module.css';
import { useOneAtATime } from './use-one-at-a-time';

/** For seats that are held: how long yet, and what to pay with. It stays while a card is charged, for the next one. */
export function PayForm({ booking, until }: { booking: Booking; until: string }) {
  const [card, setCard] = useState(FIRST_CARD);
  const pay = usePay(booking.id);
  const submit = useOneAtATime(() => pay.mutateAsync(card));
  const charging = pay.isPending || !booking.awaiting_payment;
  const over = useReached(until) && !charging;

  return (
    <section className={css.panel} aria-labelledby="pay">
      <div className={css.head}>
        <h2 id="pay">{over ? 'The time to pay is over' : 'Pay for your seats'}</h2>
        {!charging && !over && (
          <p className={css.left}>
            <Countdown until={until} /> left
          </p>
        )}
      </div>
      {over ? (
        <p>The seats are being given back. One moment.</p>
      ) : (
        <>
          <CardChoice value={card} onChange={setCard} disabled={charging} />
          {pay.error && <ProblemNote error={pay.error} title="This payment was not made." />}
          <Button className={css.pay} loading={charging} onClick={() => submit()}>
            Pay {money(booking.price_total, booking.currency)}
          </Button>
        </>
      )}
    </section>
  );
}
