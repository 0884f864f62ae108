import { t } from '@lingui/core/macro';
import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { Notice } from '@/components/messages/notice';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import type { MailAddress } from '@/lib/api-types';
import { useFocusFirstError } from '@/lib/hooks/use-focus-first-error';
import { emailQuery, useChangeEmail } from '@/lib/mail-address';
import { asProblem } from '@/lib/problem';
import css from './credentials-form.module.css';

/** Where news of bookings is written to. */
export function EmailForm() {
  const query = useQuery(emailQuery());
  if (query.data) return <Form saved={query.data} />;
  return (
    <QueryFallback
      query={query}
      loading={t`Loading your address`}
      failed={t`Your address could not be loaded.`}
      heights={[90]}
    />
  );
}

function Form({ saved }: { saved: MailAddress }) {
  const [email, setEmail] = useState(saved.email ?? '');
  const mutation = useChangeEmail();
  const form = useFocusFirstError<HTMLFormElement>(mutation.error);
  const problem = mutation.error ? asProblem(mutation.error) : null;
  const fieldError = problem?.errors.find(({ pointer }) => pointer === '/email')?.message;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!mutation.isPending) mutation.mutate(email.trim() || null);
  }

  return (
    <form ref={form} className={css.form} onSubmit={submit} noValidate>
      <TextInput
        type="email"
        label={t`E-mail address`}
        description={
          saved.sends
            ? t`We write when a booking is confirmed, held or cancelled, and when your flight changes.`
            : t`This site sends no e-mail yet. What it would write is under Messages.`
        }
        autoComplete="email"
        value={email}
        onChange={(event) => {
          setEmail(event.currentTarget.value);
          mutation.reset();
        }}
        error={fieldError}
      />
      {problem && !fieldError && <ProblemNote error={problem} title={t`The address was not saved.`} />}
      {mutation.isSuccess && <Notice role="status">{savedText(mutation.data)}</Notice>}
      <Button type="submit" loading={mutation.isPending}>
        {t`Save address`}
      </Button>
      <Link to="/messages">{t`All messages`}</Link>
    </form>
  );
}

function savedText({ email, sends }: MailAddress): string {
  if (!email) return t`Your address is removed. We write to you no more.`;
  return sends ? t`We write to ${{ address: email }} from now on.` : t`Your address is saved.`;
}
