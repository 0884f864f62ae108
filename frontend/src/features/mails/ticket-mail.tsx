import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Button, TextInput } from '@mantine/core';
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import { MailIcon } from '@/components/icons';
import { ProblemNote } from '@/components/messages/problem-note';
import type { MailView } from '@/lib/api-types';
import { api, unwrap } from '@/lib/client';
import { useFocusFirstError } from '@/lib/hooks/use-focus-first-error';
import { emailQuery, useChangeEmail } from '@/lib/mail-address';
import { asProblem } from '@/lib/problem';
import css from './ticket-mail.module.css';

/** While a mail is being written or sent. */
const REFRESH_MS = 2_000;
/** The page polls no more than this often. A mail may be retried for a day if the mail server is away. */
const MAX_POLLS = 30;
const WITH_TICKET = ['confirmed', 'moved', 'seats_changed', 'names_changed'];

/** The last mail of a booking with its ticket; null if none was written. */
const ticketMailQuery = (bookingId: string) =>
  queryOptions({
    queryKey: ['mails', 'ticket', bookingId],
    queryFn: async ({ signal }) => {
      const query = { booking_id: bookingId };
      const { data } = await unwrap(api.GET('/api/v1/mails', { params: { query }, signal }));
      return data.find(({ kind }) => WITH_TICKET.includes(kind)) ?? null;
    },
  });

/** Call it when the ticket has changed. The last mail has the former ticket then, so the status shows that a mail is expected. */
export function useExpectTicketMail(bookingId: string): () => void {
  const queries = useQueryClient();
  return () =>
    queries.setQueryData(
      ticketMailQuery(bookingId).queryKey,
      (last) => last && (last.status === 'KEPT' ? last : { ...last, status: 'WAITING' as const }),
    );
}

/** Says whether the ticket of the user's own booking was mailed, and to which address. */
export function TicketMail({ bookingId }: { bookingId: string }) {
  const { data: known } = useQuery(emailQuery());
  const { data: mail } = useQuery({
    ...ticketMailQuery(bookingId),
    refetchInterval: ({ state: { data, dataUpdateCount } }) =>
      (data ? data.status === 'WAITING' : known?.email != null) && dataUpdateCount < MAX_POLLS && REFRESH_MS,
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
  // No mail yet: it is written within a second, or the booking is older than the address.
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

/** For users without an e-mail address: the ticket is mailed as soon as they enter one. */
function AddressForm() {
  const [email, setEmail] = useState('');
  const change = useChangeEmail();
  const form = useFocusFirstError<HTMLFormElement>(change.error);
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
