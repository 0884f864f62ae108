import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useRef, useState } from 'react';
import { ScheduleLine } from '@/components/flights/schedule-line';
import { Card } from '@/components/layout/card';
import { ProblemNote } from '@/components/messages/problem-note';
import { answer, api } from '@/lib/client';
import { plural } from '@/lib/plural';
import { asProblem, Problem } from '@/lib/problem';
import type { CheckInView } from '@/lib/wire';
import css from './find-booking.module.css';

interface Asked {
  reference: string;
  surname: string;
}

/** Who has a reference and a surname sees when the flights leave, and whether the booking stands. No account is needed. */
export function FindBooking() {
  const [asked, setAsked] = useState<Asked>({ reference: '', surname: '' });
  const [tried, setTried] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const find = useMutation({
    mutationFn: (body: Asked) => answer(api.POST('/api/v1/bookings/find', { body })),
  });

  function change(part: Partial<Asked>) {
    setAsked({ ...asked, ...part });
    if (!find.isPending) find.reset();
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    const reference = asked.reference.trim();
    const surname = asked.surname.trim();
    setTried(true);
    if (!reference || !surname) {
      form.current
        ?.querySelector<HTMLInputElement>(reference ? '[name=surname]' : '[name=reference]')
        ?.focus();
      return;
    }
    if (!find.isPending) find.mutate({ reference, surname });
  }

  return (
    <>
      <Card wide>
        <form ref={form} className={css.form} onSubmit={submit} noValidate>
          <TextInput
            name="reference"
            label="Booking reference"
            error={tried && !asked.reference.trim() && 'Enter the reference of the booking.'}
            description="Six letters and digits, as on your ticket."
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            maxLength={12}
            required
            withAsterisk={false}
            value={asked.reference}
            onChange={(event) => change({ reference: event.currentTarget.value })}
          />
          <TextInput
            name="surname"
            label="Surname"
            error={tried && !asked.surname.trim() && 'Enter the surname of a traveller.'}
            description="Of any traveller of the booking."
            autoComplete="family-name"
            maxLength={100}
            required
            withAsterisk={false}
            value={asked.surname}
            onChange={(event) => change({ surname: event.currentTarget.value })}
          />
          <Button type="submit" loading={find.isPending}>
            Find booking
          </Button>
        </form>
        {find.error && <ProblemNote error={forPeople(find.error)} title="The booking was not found." />}
      </Card>
      {find.data && <Found booking={find.data} />}
    </>
  );
}

/** What went wrong, in words for somebody who copies a reference from paper. */
function forPeople(error: Error): Problem {
  const problem = asProblem(error);
  const detail = detailOf(problem);
  return detail ? new Problem({ status: problem.status, code: problem.code, detail }) : problem;
}

function detailOf({ code, retryAfterMs }: Problem): string | null {
  switch (code) {
    case 'booking_not_found':
      return 'No booking has this reference with this surname. Check both: the surname is spelt as on the ticket.';
    case 'rate_limited': {
      const seconds = Math.max(1, Math.ceil((retryAfterMs ?? 60_000) / 1000));
      return `Too many tries. Wait ${plural(seconds, 'second')}, then try again.`;
    }
    default:
      return null;
  }
}

const STATUS_TEXT: Record<CheckInView['status'], string> = {
  PENDING: 'The seats are being booked.',
  HELD: 'The seats are held, and not paid for yet.',
  CONFIRMED: 'Confirmed. Have a good flight!',
  CANCELLED: 'This booking was cancelled.',
  FAILED: 'This booking could not be made.',
  EXPIRED: 'This booking was not paid in time, and has ended.',
};

function Found({ booking }: { booking: CheckInView }) {
  return (
    <Card wide aria-labelledby="found" role="region">
      <h2 id="found">Booking {booking.reference}</h2>
      <p role="status">{STATUS_TEXT[booking.status]}</p>
      {booking.flights.map((flight) => (
        <div key={flight.id} className={css.flight}>
          <p className={css.number}>
            {flight.flight_number}
            {flight.status === 'CANCELLED' && <strong> · cancelled by the airline</strong>}
          </p>
          <ScheduleLine schedule={flight} large />
        </div>
      ))}
      <p>
        {plural(booking.seats, 'seat')}
        {booking.passengers.length > 0 && `, for ${booking.passengers.join(', ')}`}
      </p>
      <p className={css.more}>
        To change or cancel it, or to get the ticket, <Link to="/bookings">sign in</Link> with the account
        that booked.
      </p>
    </Card>
  );
}
