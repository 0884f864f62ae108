import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { LinkButton } from '@/components/link-button';
import { MOST_SEATS, SeatCount } from '@/components/seat-count';
import { useReached } from '@/components/use-reached';
import { money, total } from '@/lib/money';
import { asProblem } from '@/lib/problem';
import { useSession } from '@/lib/session';
import type { Flight } from '@/lib/wire';
import { useBook } from './api';
import css from './book-panel.module.css';
import type { PaymentWish } from './intent';
import { NameFields, NO_NAMES } from './name-fields';
import { PaymentChoice } from './payment-choice';
import { Refusal } from './refusal';
import { useOneAtATime } from './use-one-at-a-time';
import { seatWords } from './words';

interface Props {
  flight: Flight;
  seats: number;
  onSeats: (seats: number) => void;
}

/** Choose how many and how to pay, see what it costs, book. A flight that nobody can book any more says so instead. */
export function BookPanel({ flight, seats, onSeats }: Props) {
  const session = useSession();
  const [payment, setPayment] = useState<PaymentWish>(null);
  const [names, setNames] = useState(NO_NAMES);
  const book = useBook();
  const submit = useSubmit(book.mutateAsync);
  const departed = useReached(flight.departure_ts);
  const { code } = asProblem(book.error);
  const most = Math.min(MOST_SEATS, flight.available_seats);
  const busy = book.isPending || book.isSuccess;
  const wish = { flightId: flight.id, seats, payment, names: namesOf(names, seats) };

  if (flight.status === 'CANCELLED' || code === 'flight_cancelled') {
    return <Closed title="Cancelled">The airline cancelled this flight.</Closed>;
  }
  if (departed || code === 'flight_departed') {
    return <Closed title="Departed">This flight has left, so it cannot be booked any more.</Closed>;
  }
  if (most <= 0) {
    return (
      <Closed title="Sold out">
        {code === 'sold_out' ? 'Somebody was quicker. ' : ''}Seats that are given back go to the waiting list
        first.
      </Closed>
    );
  }

  const refusal = book.error && (
    <Refusal error={book.error} onAgain={() => submit({ ...wish, again: true })} />
  );

  function choose(chosen: number) {
    book.reset();
    onSeats(chosen);
  }

  return (
    <div className={css.panel}>
      <SeatCount label="How many seats?" value={seats} onChange={choose} most={most} disabled={busy} />
      <dl className={css.sum}>
        <div>
          <dt>
            {money(flight.price, flight.currency)} × {seats}
          </dt>
          <dd>{money(total(flight.price, seats), flight.currency)}</dd>
        </div>
      </dl>
      {seats > most ? (
        <>
          {refusal}
          <Button fullWidth variant="default" onClick={() => choose(most)}>
            Only {most} left: take {most}
          </Button>
        </>
      ) : session.state === 'signed-out' ? (
        <>
          <LinkButton fullWidth to="/sign-in" search={{ next: `/flights/${flight.id}?seats=${seats}` }}>
            Sign in to book
          </LinkButton>
          <p className={css.fine}>An account takes a username and a password, nothing else.</p>
        </>
      ) : (
        <>
          <NameFields seats={seats} names={names} onChange={setNames} disabled={busy} />
          <PaymentChoice value={payment} onChange={setPayment} disabled={busy} />
          {refusal}
          {code !== 'possible_duplicate' && (
            <Button fullWidth onClick={() => submit(wish)} loading={busy}>
              {actionWords(payment, seats)}
            </Button>
          )}
        </>
      )}
    </div>
  );
}

/** Books once however often it is pressed, and goes to the booking. */
function useSubmit(book: ReturnType<typeof useBook>['mutateAsync']) {
  const navigate = useNavigate();
  return useOneAtATime(async (...wish: Parameters<typeof book>) => {
    const { booking_id } = await book(...wish);
    await navigate({ to: '/bookings/$bookingId', params: { bookingId: booking_id } });
  });
}

/** Those that were typed, for as many seats as are booked. */
function namesOf(typed: string[], seats: number): string[] {
  return typed.slice(0, seats).flatMap((name) => name.trim() || []);
}

function actionWords(payment: PaymentWish, seats: number): string {
  if (!payment) return `Book ${seatWords(seats)}`;
  return 'hold' in payment ? `Hold ${seatWords(seats)}` : `Pay and book ${seatWords(seats)}`;
}

function Closed({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className={css.panel} role="status">
      <strong className={css.closed}>{title}</strong>
      <p>{children}</p>
    </div>
  );
}
