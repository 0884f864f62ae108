import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Button, TextInput } from '@mantine/core';
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import { MailIcon } from '@/components/icons';
import { ProblemNote } from '@/components/messages/problem-note';
import { answer, api } from '@/lib/client';
import { useFocusFault } from '@/lib/hooks/use-focus-fault';
import { emailQuery, useChangeEmail } from '@/lib/mail-address';
import { asProblem } from '@/lib/problem';
import type { MailView } from '@/lib/wire';
import css from './ticket-mail.module.css';

/** While a mail is being written or sent. */
const REFRESH_MS = 2_000;
/** A mail server that is away is tried for a day: the page need not look so long. */
const MOST_LOOKS = 30;
const WITH_TICKET = ['confirmed', 'moved', 'seats_changed', 'names_changed'];

/** The last mail of a booking that has its ticket; null where none was written. */
const ticketMailQuery = (bookingId: string) =>
  queryOptions({
    queryKey: ['mails', 'ticket', bookingId],
    queryFn: async ({ signal }) => {
      const query = { booking_id: bookingId };
      const { data } = await answer(api.GET('/api/v1/mails', { params: { query }, signal }));
      return data.find(({ kind }) => WITH_TICKET.includes(kind)) ?? null;
    },
  });

/** Call it when the ticket has changed: until the mail with the new one is written, the last one is not the ticket's. */
export function useExpectTicketMail(bookingId: string): () => void {
  const queries = useQueryClient();
  return () =>
    queries.setQueryData(
      ticketMailQuery(bookingId).queryKey,
      (last) => last && (last.status === 'KEPT' ? last : { ...last, status: 'WAITING' as const }),
    );
}

/** Whether the ticket of a confirmed booking of one's own was mailed, and to whom. */
export function TicketMail({ bookingId }: { bookingId: string }) {
  const { data: known } = useQuery(emailQuery());
  const { data: mail } = useQuery({
    ...ticketMailQuery(bookingId),
    refetchInterval: ({ state: { data, dataUpdateCount } }) =>
      (data ? data.status === 'WAITING' : known?.email != null) && dataUpdateCount < MOST_LOOKS && REFRESH_MS,
  });
  if (!known || mail === undefined) return null;
  if (mail) return <Line>{mailText(mail)}</Line>;
  if (!known.email) {
    return known.sends ? (
      <AddressForm />
    ) : (
      <Line>{t`This site sends no e-mail. Download your ticket below.`}</Line>
    );
  }
  // It is written within a second, or the booking is older than the address.
  if (!known.sends) return null;
  const { email: address } = known;
  return (
    <Line>
      <Trans>
        News of this booking goes to <strong>{address}</strong>.
      </Trans>
    </Line>
  );
}

function Line({ children }: { children: ReactNode }) {
  return (
    <p className={css.line} aria-live="polite" data-screen-only>
      <MailIcon size={20} />
      <span>{children}</span>
    </p>
  );
}

function mailText({ status, address }: MailView): ReactNode {
  switch (status) {
    case 'SENT':
      return (
        <Trans>
          Your ticket was mailed to <strong>{address}</strong>.
        </Trans>
      );
    case 'WAITING':
      return (
        <Trans>
          Your ticket is on its way to <strong>{address}</strong>.
        </Trans>
      );
    case 'GIVEN_UP':
      return (
        <Trans>
          Your ticket could not be mailed to <strong>{address}</strong>.{' '}
          <Link to="/account">Correct the address</Link>
        </Trans>
      );
    default:
      return (
        <Trans>
          This site sends no e-mail. What it would have written is under <Link to="/messages">Messages</Link>.
        </Trans>
      );
  }
}

/** For who booked without an address: the ticket is mailed as soon as there is one. */
function AddressForm() {
  const [email, setEmail] = useState('');
  const change = useChangeEmail();
  const form = useFocusFault<HTMLFormElement>(change.error);
  const problem = change.error ? asProblem(change.error) : null;
  const fieldError = problem?.errors.find(({ pointer }) => pointer === '/email')?.message;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (email.trim() && !change.isPending) change.mutate(email.trim());
  }

  return (
    <form ref={form} className={css.form} onSubmit={submit} noValidate data-screen-only>
      <TextInput
        type="email"
        label={t`Mail me the ticket`}
        description={t`We have no e-mail address of yours. News of your flights goes there, too.`}
        placeholder="asha@example.com"
        autoComplete="email"
        required
        withAsterisk={false}
        value={email}
        onChange={(event) => {
          setEmail(event.currentTarget.value);
          change.reset();
        }}
        error={fieldError}
      />
      <Button type="submit" variant="default" loading={change.isPending}>
        {t`Mail the ticket`}
      </Button>
      {problem && !fieldError && <ProblemNote error={problem} title={t`The address was not saved.`} />}
    </form>
  );
}
