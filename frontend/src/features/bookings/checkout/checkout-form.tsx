import { t } from '@lingui/core/macro';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Card } from '@/components/layout/card';
import { configurationQuery } from '@/features/bookings/api/get-configuration';
import { PaymentOptions } from '@/features/bookings/payment/payment-options';
import { SeatStep } from '@/features/bookings/seats/seat-step';
import type { Flight } from '@/lib/api-types';
import { FareRules } from './rules/fare-rules-table';
import { Travellers } from './travellers/travellers';
import type { Checkout } from './use-checkout';

/** The id of the section where the card is chosen. It is the hash of the address after a card was declined. */
export const PAYMENT = 'payment';

/** The form of a booking: travellers, seats and payment; and the rules of cancellation. */
export function CheckoutForm({
  checkout,
  flights,
  seats,
}: {
  checkout: Checkout;
  flights: Flight[];
  seats: number;
}) {
  // Until the configuration is known, only options that are always accepted are shown.
  const { data: configuration } = useQuery(configurationQuery);
  const { hash } = useLocation();
  useEffect(() => {
    if (checkout.isFormShown && hash === PAYMENT)
      document.getElementById(PAYMENT)?.scrollIntoView({ block: 'start' });
  }, [checkout.isFormShown, hash]);
  if (!checkout.isFormShown) return null;
  const { draft, setDraft, errors, busy, request } = checkout;
  return (
    <>
      <Card wide aria-labelledby="travellers">
        <h2 id="travellers">{t`Travellers`}</h2>
        <Travellers
          seats={seats}
          travellers={draft.travellers}
          onChange={(travellers) => setDraft({ ...draft, travellers })}
          errors={errors}
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
        taken={checkout.taken}
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
