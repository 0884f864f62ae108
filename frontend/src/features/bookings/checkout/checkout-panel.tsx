import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { MAX_SEATS, SeatCount } from '@/components/controls/seat-count';
import { SignInButton } from '@/components/controls/sign-in-button';
import { Card } from '@/components/layout/card';
import { type BookingRequest, useCreateBooking } from '@/features/bookings/api/create-booking';
import { configurationQuery } from '@/features/bookings/api/get-configuration';
import { FIRST_CHOICE, PaymentOptions } from '@/features/bookings/payment/payment-options';
import { useOneAtATime } from '@/lib/hooks/use-one-at-a-time';
import { useTimeReached } from '@/lib/hooks/use-time-reached';
import { plural } from '@/lib/plural';
import { asProblem } from '@/lib/problem';
import { useSession } from '@/lib/session';
import type { Flight } from '@/lib/wire';
import css from './checkout-panel.module.css';
import { ClosedPanel } from './closed-panel';
import { obstacleTo } from './obstacle';
import { NO_NAMES, PassengerFields } from './passenger-fields';
import { PriceSummary } from './price-summary';
import { Refusal } from './refusal';
import { totalOf } from './total';

/** Refusals that ask something, with a button of their own. */
const ASKS: readonly string[] = ['possible_duplicate', 'price_changed'];

interface Props {
  /** In the order of travel; at least one. */
  flights: Flight[];
  seats: number;
  onSeats: (seats: number) => void;
  /** The server refused: the flights are no longer as this page knows them. */
  onRefused: () => void;
}

/** Seats, passengers and payment for one flight or several, which are booked together or not at all. */
export function CheckoutPanel({ flights, seats, onSeats, onRefused }: Props) {
  const session = useSession();
  const [payment, setPayment] = useState(FIRST_CHOICE);
  // Until it is known, nothing is offered that may be refused.
  const { data: configuration } = useQuery(configurationQuery);
  const [names, setNames] = useState(NO_NAMES);
  const booking = useCreateBooking();
  const submit = useSubmit(booking.mutateAsync, onRefused);
  // Draws the panel again when the first flight departs.
  useTimeReached(earliestDeparture(flights));
  const { code } = asProblem(booking.error);
  const obstacle = obstacleTo(flights, code);
  const available = Math.min(MAX_SEATS, ...flights.map(({ available_seats }) => available_seats));
  const busy = booking.isPending || booking.isSuccess;
  const flightCount = flights.length;
  const request: BookingRequest = {
    flightIds: flights.map(({ id }) => id),
    seats,
    payment,
    expectedTotal: totalOf(flights, seats),
    passengerNames: names.slice(0, seats).flatMap((name) => name.trim() || []),
  };

  if (obstacle) {
    const tooLate = obstacle.code === 'sold_out' && code === 'sold_out';
    return <ClosedPanel {...{ obstacle, flightCount, seats, tooLate }} />;
  }

  const refusal = booking.error && (
    <Refusal
      error={booking.error}
      flightCount={flightCount}
      onBookAgain={() => submit({ ...request, allowDuplicate: true })}
      onBookAt={(expectedTotal) => submit({ ...request, expectedTotal })}
    />
  );

  function changeSeats(chosen: number) {
    booking.reset();
    onSeats(chosen);
  }

  return (
    <Card>
      <SeatCount
        label="How many seats?"
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
            Only {available} left: take {available}
          </Button>
        </>
      ) : session.state === 'signed-out' ? (
        <>
          <SignInButton>Sign in to book</SignInButton>
          <p className={css.hint}>A new account needs a username and a password, nothing else.</p>
        </>
      ) : (
        <>
          <PassengerFields seats={seats} names={names} onChange={setNames} disabled={busy} />
          <PaymentOptions
            value={payment}
            onChange={setPayment}
            mayBeUnpaid={configuration?.payment_required === false}
            disabled={busy}
          />
          {refusal}
          {!ASKS.includes(code) && (
            <Button fullWidth onClick={() => submit(request)} loading={busy}>
              {actionText(request)}
            </Button>
          )}
        </>
      )}
    </Card>
  );
}

/** Books once however often the button is pressed, and goes to the booking. */
function useSubmit(create: ReturnType<typeof useCreateBooking>['mutateAsync'], onRefused: () => void) {
  const navigate = useNavigate();
  return useOneAtATime(async (request: BookingRequest) => {
    const { booking_id } = await create(request, { onError: onRefused });
    await navigate({ to: '/bookings/$bookingId', params: { bookingId: booking_id } });
  });
}

function actionText({ flightIds, seats, payment }: BookingRequest): string {
  const what = plural(seats, 'seat') + (flightIds.length > 1 ? ` on ${flightIds.length} flights` : '');
  if (!payment) return `Book ${what}`;
  return 'hold' in payment ? `Hold ${what}` : `Pay and book ${what}`;
}

function earliestDeparture(flights: Flight[]): string {
  const instants = flights.map(({ departure_ts }) => Date.parse(departure_ts));
  return new Date(Math.min(...instants)).toISOString();
}
