import { plural, t } from '@lingui/core/macro';
import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { Card } from '@/components/layout/card';
import { ProblemNote } from '@/components/messages/problem-note';
import { answer, api } from '@/lib/client';
import { asProblem, Problem } from '@/lib/problem';
import css from './find-booking.module.css';
import { FoundBooking } from './found-booking';

interface Asked {
  reference: string;
  surname: string;
}

/** Who has a reference and a surname sees when the flights leave, their seats, and whether the booking stands. No account is needed. */
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
            label={t`Booking reference`}
            error={tried && !asked.reference.trim() && t`Enter the reference of the booking.`}
            description={t`Six letters and digits, as on your ticket.`}
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
            label={t`Surname`}
            error={tried && !asked.surname.trim() && t`Enter the surname of a traveller.`}
            description={t`Of any traveller of the booking.`}
            autoComplete="family-name"
            maxLength={100}
            required
            withAsterisk={false}
            value={asked.surname}
            onChange={(event) => change({ surname: event.currentTarget.value })}
          />
          <Button type="submit" loading={find.isPending}>
            {t`Find booking`}
          </Button>
        </form>
        {find.error && <ProblemNote error={forPeople(find.error)} title={t`The booking was not found.`} />}
      </Card>
      {find.data && <FoundBooking booking={find.data} />}
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
