import { i18n } from '@lingui/core';
import { t } from '@lingui/core/macro';
import { Button, PasswordInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ProblemNote } from '@/components/messages/problem-note';
import { useFocusFirstError } from '@/lib/hooks/use-focus-first-error';
import { asProblem } from '@/lib/problem';
import css from './credentials-form.module.css';
import { useCloseAccount } from './own-account';
import { WRONG_PASSWORD } from './password-form';

/** Ends the account for good, with the password once more. */
export function CloseAccount() {
  const mutation = useCloseAccount();
  const form = useFocusFirstError<HTMLFormElement>(mutation.error);
  const [password, setPassword] = useState('');
  const problem = mutation.error ? asProblem(mutation.error) : null;
  const isWrong = problem?.code === 'wrong_password';

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!mutation.isPending) mutation.mutate(password);
  }

  return (
    <form ref={form} className={css.form} onSubmit={submit}>
      <p>
        {t`Nobody can sign in to a closed account, and it cannot be opened again. Your name is removed. Your bookings stay as they are, because the airline has to keep what was sold: cancel first what you do not want.`}
      </p>
      <PasswordInput
        label={t`Password`}
        autoComplete="current-password"
        required
        withAsterisk={false}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        aria-invalid={isWrong}
        error={isWrong ? i18n._(WRONG_PASSWORD) : undefined}
      />
      {problem && !isWrong && <ProblemNote error={problem} title={t`The account was not closed.`} />}
      <Button type="submit" color="var(--danger)" loading={mutation.isPending}>
        {t`Close my account for good`}
      </Button>
    </form>
  );
}
