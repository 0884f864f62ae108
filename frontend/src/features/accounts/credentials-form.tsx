import { i18n, type MessageDescriptor } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';
import { Button, PasswordInput, TextInput } from '@mantine/core';
import type { UseMutationResult } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ProblemNote } from '@/components/messages/problem-note';
import { useFocusFirstError } from '@/lib/hooks/use-focus-first-error';
import { asProblem, type Problem } from '@/lib/problem';
import type { Credentials } from './api';
import css from './credentials-form.module.css';
import { fieldRule } from './rules';

interface Props {
  mutation: UseMutationResult<void, Error, Credentials>;
  /** The text of the button. */
  action: string;
  /** The value of `autocomplete`, by which the password manager of the browser offers a new password or the stored one. */
  passwordKind: 'new-password' | 'current-password';
  nameHint?: string;
  passwordHint?: string;
  onDone: () => void;
}

type Field = keyof Credentials;

/** Problems that are shown beside a field. */
const TEXT_BY_CODE: Record<Field, Record<string, MessageDescriptor>> = {
  username: { username_taken: msg`This name is taken. Choose another one.` },
  password: { invalid_credentials: msg`No account has this name and password.` },
};

export function CredentialsForm({ mutation, action, passwordKind, nameHint, passwordHint, onDone }: Props) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const problem = mutation.error ? asProblem(mutation.error) : null;
  const nameError = problem && errorOf('username', problem);
  const passwordError = problem && errorOf('password', problem);

  const form = useFocusFirstError<HTMLFormElement>(mutation.error);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!mutation.isPending) mutation.mutate({ username: username.trim(), password }, { onSuccess: onDone });
  }

  return (
    <form ref={form} className={css.form} onSubmit={submit}>
      <TextInput
        label={t`Username`}
        description={nameHint}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        withAsterisk={false}
        value={username}
        onChange={(event) => setUsername(event.currentTarget.value)}
        error={nameError}
      />
      <PasswordInput
        label={t`Password`}
        description={passwordHint}
        autoComplete={passwordKind}
        required
        withAsterisk={false}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        aria-invalid={!!passwordError}
        error={passwordError}
      />
      {problem && !nameError && !passwordError && (
        <ProblemNote error={problem} title={t`That did not work.`} />
      )}
      <Button type="submit" fullWidth loading={mutation.isPending}>
        {action}
      </Button>
    </form>
  );
}

function errorOf(field: Field, { code, errors }: Problem): string | undefined {
  const broken = errors.find(({ pointer }) => pointer === `/${field}`);
  if (broken) return fieldRule(field, broken.code) ?? broken.message;
  const text = TEXT_BY_CODE[field][code];
  return text && i18n._(text);
}
