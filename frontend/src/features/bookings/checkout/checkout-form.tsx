import { t } from '@lingui/core/macro';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Card } from '@/components/layout/card';
import { configurationQuery } from '@/features/bookings/api/get-configuration';
import { PaymentOptions } from '@/features/bookings/payment/payment-options';
import { SeatStep } from '@/features/bookings/seats/seat-step';
import type { Flight } from '@/lib/wire';
import { FareRules } from './rules/fare-rules-table';
import { Travellers } from './travellers';
import type { Checkout } from './use-checkout';

/** The part of the page where the card is chosen: the address ends with it after a card was declined. */
export const PAYMENT = 'payment';

/** What a booking needs to know: who travels, and how it is paid. And what it costs to change one's mind. */
export function CheckoutForm({
  checkout,
  flights,
  seats,
}: {
  checkout: Checkout;
  flights: Flight[];
  seats: number;
}) {
  // Until it is known, nothing is offered that may be refused.
  const { data: configuration } = useQuery(configurationQuery);
  const { hash } = useLocation();
  useEffect(() => {
    if (checkout.open && hash === PAYMENT)
      document.getElementById(PAYMENT)?.scrollIntoView({ block: 'start' });
  }, [checkout.open, hash]);
  if (!checkout.open) return null;
  const { draft, setDraft, faults, busy, request } = checkout;
  return (
    <>
      <Card wide aria-labelledby="travellers">
        <h2 id="travellers">{t`Travellers`}</h2>
        <Travellers
          seats={seats}
          travellers={draft.travellers}
          onChange={(travellers) => setDraft({ ...draft, travellers })}
          errors={faults}
          disabled={busy}
        />
      </Card>
      <SeatStep
        flights={flights}
        travellers={seats}
        nameOf={(traveller) =>
          draft.travellers[traveller]?.name.trim() || t`Traveller ${{ number: traveller + 1 }}`
        }
        picks={draft.picks}
        onChange={(picks) => setDraft({ ...draft, picks })}
        gone={checkout.gone}
        partial={checkout.partial}
        disabled={busy}
      />
      <Card wide aria-labelledby={PAYMENT}>
        <h2 id={PAYMENT}>{t`Payment`}</h2>
        <PaymentOptions
          value={draft.payment}
          onChange={(payment) => setDraft({ ...draft, payment })}
          holdMinutes={configuration?.hold_minutes}
          mayBeUnpaid={configuration?.payment_required === false}
          disabled={busy}
        />
      </Card>
      <FareRules terms={configuration?.cancellation} total={request.expectedTotal} flights={flights} />
    </>
  );
}
