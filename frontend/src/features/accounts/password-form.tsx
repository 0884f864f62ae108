import { i18n } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';
import { Button, PasswordInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Notice } from '@/components/messages/notice';
import { ProblemNote } from '@/components/messages/problem-note';
import { useFocusFirstError } from '@/lib/hooks/use-focus-first-error';
import { asProblem, type Problem } from '@/lib/problem';
import css from './credentials-form.module.css';
import { useChangePassword } from './own-account';
import { fieldRule } from './rules';

export const WRONG_PASSWORD = msg`This is not your current password.`;

/** Another password for the account that is signed in. */
export function PasswordForm({ username }: { username: string }) {
  const mutation = useChangePassword();
  const form = useFocusFirstError<HTMLFormElement>(mutation.error);
  const [current, setCurrent] = useState('');
  const [newPassword, setNewPassword] = useState('');
  const problem = mutation.error ? asProblem(mutation.error) : null;
  const currentError = problem?.code === 'wrong_password' ? i18n._(WRONG_PASSWORD) : undefined;
  const nextError = problem ? newPasswordError(problem) : undefined;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (mutation.isPending) return;
    mutation.mutate(
      { current_password: current, new_password: newPassword },
      {
        onSuccess: () => {
          setCurrent('');
          setNewPassword('');
        },
      },
    );
  }

  return (
    <form ref={form} className={css.form} onSubmit={submit}>
      {/* A password manager needs the username of the password. */}
      <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
      <PasswordInput
        label={t`Current password`}
        autoComplete="current-password"
        required
        withAsterisk={false}
        value={current}
        onChange={(event) => setCurrent(event.currentTarget.value)}
        aria-invalid={!!currentError}
        error={currentError}
      />
      <PasswordInput
        label={t`New password`}
        description={t`At least 8 characters. The longer, the safer.`}
        autoComplete="new-password"
        required
        withAsterisk={false}
        value={newPassword}
        onChange={(event) => setNewPassword(event.currentTarget.value)}
        aria-invalid={!!nextError}
        error={nextError}
      />
      {problem && !currentError && !nextError && (
        <ProblemNote error={problem} title={t`The password was not changed.`} />
      )}
      {mutation.isSuccess && (
        <Notice role="status">{t`Your password is changed. All other devices are signed out.`}</Notice>
      )}
      <Button type="submit" loading={mutation.isPending}>
        {t`Change password`}
      </Button>
    </form>
  );
}

function newPasswordError({ errors }: Problem): string | undefined {
  const broken = errors.find(({ pointer }) => pointer === '/new_password');
  return broken && (fieldRule('password', broken.code) ?? broken.message);
}
