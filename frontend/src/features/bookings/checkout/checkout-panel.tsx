import { plural, t } from '@lingui/core/macro';
import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { SeatCount } from '@/components/controls/seat-count';
import { SignInButton } from '@/components/controls/sign-in-button';
import { Card } from '@/components/layout/card';
import { Notice } from '@/components/messages/notice';
import type { BookingRequest } from '@/features/bookings/api/create-booking';
import type { Flight } from '@/lib/api-types';
import { money } from '@/lib/money';
import { asProblem } from '@/lib/problem';
import css from './checkout-panel.module.css';
import { NotBookablePanel } from './not-bookable-panel';
import { PriceSummary } from './price-summary';
import { Refusal } from './refusal';
import type { Checkout } from './use-checkout';

/** The codes of refusals whose message has a button of its own. */
const WITH_OWN_BUTTON: readonly string[] = ['possible_duplicate', 'price_changed'];

interface Props {
  checkout: Checkout;
  /** In the order of travel; at least one. */
  flights: Flight[];
  seats: number;
  onSeats: (seats: number) => void;
}

/** The price, and the button that books. Several flights are booked together or not at all. */
export function CheckoutPanel({ checkout, flights, seats, onSeats }: Props) {
  const {
    booking,
    obstacle,
    available,
    signedOut,
    sessionExpired,
    busy,
    outcomeUnknown,
    request,
    book,
    errors,
  } = checkout;
  const panel = useRef<HTMLElement>(null);
  const { code } = asProblem(booking.error);
  const flightCount = flights.length;

  // The errors of a refusal are shown at their fields one render later than the refusal.
  useEffect(() => {
    if (booking.error && Object.keys(errors).length > 0) focusFirstError(panel.current);
  }, [booking.error, errors]);

  if (obstacle) {
    const tooLate = obstacle.code === 'sold_out' && code === 'sold_out';
    return <NotBookablePanel {...{ obstacle, flightCount, seats, tooLate }} />;
  }

  const refusal = booking.error && (
    <Refusal
      error={booking.error}
      flightCount={flightCount}
      onBookAgain={() => book({ allowDuplicate: true })}
      onBookAt={(expectedTotal) => book({ expectedTotal })}
    />
  );

  function changeSeats(chosen: number) {
    booking.reset();
    onSeats(chosen);
  }

  function press() {
    if (!book()) setTimeout(() => focusFirstError(panel.current)); // once it is drawn
  }

  return (
    <Card ref={panel} aria-labelledby="summary">
      <h2 id="summary">{t`Your booking`}</h2>
      <SeatCount
        label={t`How many seats?`}
        value={seats}
        onChange={changeSeats}
        max={available}
        disabled={busy}
      />
      <div className={css.price}>
        <PriceSummary flights={flights} seats={seats} />
      </div>
      {seats > available ? (
        <>
          {refusal}
          <Button fullWidth variant="default" onClick={() => changeSeats(available)}>
            {plural(available, { one: 'Only # left: take #', other: 'Only # left: take #' })}
          </Button>
        </>
      ) : signedOut ? (
        <>
          {sessionExpired && (
            <Notice title={t`Your sign-in has ended`}>
              <p>{t`Sign in again to go on. What you filled in is kept.`}</p>
            </Notice>
          )}
          <SignInButton>{t`Sign in to book`}</SignInButton>
          {!sessionExpired && (
            <p className={css.hint}>{t`A new account needs a username and a password, nothing else.`}</p>
          )}
        </>
      ) : (
        <>
          {refusal}
          {outcomeUnknown && (
            <Notice title={t`We do not know yet whether you are booked`}>
              <p>
                {t`The answer was lost on its way. This page keeps asking, and there will never be two bookings. Stay here, or look under My trips later.`}
              </p>
            </Notice>
          )}
          {!WITH_OWN_BUTTON.includes(code) && (
            <Button fullWidth onClick={press} loading={busy}>
              {actionText(request)}
            </Button>
          )}
        </>
      )}
    </Card>
  );
}

/** Moves the focus to the first field with an error, which shows the error. */
function focusFirstError(panel: HTMLElement | null) {
  panel?.closest('main')?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}

function actionText({ flightIds, seats, payment, expectedTotal }: BookingRequest): string {
  if (payment && 'token' in payment)
    return t`Pay ${{ price: money(expectedTotal.amount, expectedTotal.currency) }}`;
  const flights = flightIds.length;
  if (flights === 1) {
    return payment
      ? plural(seats, { one: 'Hold # seat', other: 'Hold # seats' })
      : plural(seats, { one: 'Book # seat', other: 'Book # seats' });
  }
  return payment
    ? plural(seats, { one: `Hold # seat on ${flights} flights`, other: `Hold # seats on ${flights} flights` })
    : plural(seats, {
        one: `Book # seat on ${flights} flights`,
        other: `Book # seats on ${flights} flights`,
      });
}
