import { Button, PasswordInput, TextInput } from '@mantine/core';
import type { UseMutationResult } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ProblemNote } from '@/components/problem-note';
import { asProblem } from '@/lib/problem';
import type { Credentials } from './api';
import css from './credentials-form.module.css';

interface Props {
  mutation: UseMutationResult<void, Error, Credentials>;
  action: string;
  /** A new password or the known one: what the browser's password manager offers. */
  password: 'new-password' | 'current-password';
  passwordHint?: string;
  onDone: () => void;
}

const WORDS: Record<string, string> = {
  invalid_credentials: 'No account has this name and password.',
  username_taken: 'Somebody has this name already.',
};

export function CredentialsForm({ mutation, action, password: kind, passwordHint, onDone }: Props) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const problem = mutation.error ? asProblem(mutation.error) : null;
  const atName =
    problem?.field('username') ?? (problem?.code === 'username_taken' ? WORDS.username_taken : undefined);
  const atPassword =
    problem?.field('password') ??
    (problem?.code === 'invalid_credentials' ? WORDS.invalid_credentials : undefined);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!mutation.isPending) mutation.mutate({ username: username.trim(), password }, { onSuccess: onDone });
  }

  return (
    <form className={css.form} onSubmit={submit}>
      <TextInput
        label="Username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        withAsterisk={false}
        value={username}
        onChange={(event) => setUsername(event.currentTarget.value)}
        error={atName}
        data-autofocus
      />
      <PasswordInput
        label="Password"
        description={passwordHint}
        autoComplete={kind}
        required
        withAsterisk={false}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        error={atPassword}
      />
      {problem && !atName && !atPassword && <ProblemNote error={problem} title="That did not work." />}
      <Button type="submit" fullWidth loading={mutation.isPending}>
        {action}
      </Button>
    </form>
  );
}
