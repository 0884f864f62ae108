import { plural, t } from '@lingui/core/macro';
import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { Card } from '@/components/layout/card';
import { ProblemNote } from '@/components/messages/problem-note';
import { api, unwrap } from '@/lib/client';
import { asProblem, Problem } from '@/lib/problem';
import css from './find-booking.module.css';
import { FoundBooking } from './found-booking';

interface BookingLookup {
  reference: string;
  surname: string;
}

/** Finds a booking by its reference and a surname, without an account, and shows its status, flights and seats. */
export function FindBooking() {
  const [lookup, setLookup] = useState<BookingLookup>({ reference: '', surname: '' });
  const [isSubmitted, setSubmitted] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const find = useMutation({
    mutationFn: (body: BookingLookup) => unwrap(api.POST('/api/v1/bookings/find', { body })),
  });

  function change(part: Partial<BookingLookup>) {
    setLookup({ ...lookup, ...part });
    if (!find.isPending) find.reset();
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    const reference = lookup.reference.trim();
    const surname = lookup.surname.trim();
    setSubmitted(true);
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
            label={t`Booking reference`}
            error={isSubmitted && !lookup.reference.trim() && t`Enter the reference of the booking.`}
            description={t`Six letters and digits, as on your ticket.`}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            maxLength={12}
            required
            withAsterisk={false}
            value={lookup.reference}
            onChange={(event) => change({ reference: event.currentTarget.value })}
          />
          <TextInput
            name="surname"
            label={t`Surname`}
            error={isSubmitted && !lookup.surname.trim() && t`Enter the surname of a traveller.`}
            description={t`Of any traveller of the booking.`}
            autoComplete="family-name"
            maxLength={100}
            required
            withAsterisk={false}
            value={lookup.surname}
            onChange={(event) => change({ surname: event.currentTarget.value })}
          />
          <Button type="submit" loading={find.isPending}>
            {t`Find booking`}
          </Button>
        </form>
        {find.error && (
          <ProblemNote error={withPlainText(find.error)} title={t`The booking was not found.`} />
        )}
      </Card>
      {find.data && <FoundBooking booking={find.data} />}
    </>
  );
}

/** The problem, with a text for travellers who have typed a reference from a paper ticket. */
function withPlainText(error: Error): Problem {
  const problem = asProblem(error);
  const detail = detailOf(problem);
  return detail ? new Problem({ status: problem.status, code: problem.code, detail }) : problem;
}

function detailOf({ code, retryAfterMs }: Problem): string | null {
  switch (code) {
    case 'booking_not_found':
      return t`No booking has this reference with this surname. Check both: the surname is spelt as on the ticket.`;
    case 'rate_limited': {
      const seconds = Math.max(1, Math.ceil((retryAfterMs ?? 60_000) / 1000));
      return plural(seconds, {
        one: 'Too many tries. Wait # second, then try again.',
        other: 'Too many tries. Wait # seconds, then try again.',
      });
    }
    default:
      return null;
  }
}
