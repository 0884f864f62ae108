import { Button, PasswordInput, TextInput } from '@mantine/core';
import type { UseMutationResult } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ProblemNote } from '@/components/problem-note';
import { asProblem, type Problem } from '@/lib/problem';
import type { Credentials } from './api';
import css from './credentials-form.module.css';

interface Props {
  mutation: UseMutationResult<void, Error, Credentials>;
  action: string;
  /** A new password or the known one: what the browser's password manager offers. */
  password: 'new-password' | 'current-password';
  nameHint?: string;
  passwordHint?: string;
  onDone: () => void;
}

const WORDS: Record<string, string> = {
  invalid_credentials: 'No account has this name and password.',
  username_taken: 'Somebody has this name already.',
};

/** The rules of each field, for the server's codes that only say which kind of rule was broken. */
const RULES: Record<string, Record<string, string>> = {
  username: {
    bad_format: 'A name has letters (a to z), digits and _ . @ - only, and no spaces.',
    too_short: 'A name has at least 3 characters.',
    too_long: 'A name has at most 64 characters.',
  },
  password: {
    too_short: 'A password has at least 8 characters.',
    too_long: 'A password has at most 128 characters.',
  },
};

export function CredentialsForm({ mutation, action, password: kind, nameHint, passwordHint, onDone }: Props) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const problem = mutation.error ? asProblem(mutation.error) : null;
  const atName = problem && (ruleOf(problem, 'username') ?? wordsFor(problem, 'username_taken'));
  const atPassword = problem && (ruleOf(problem, 'password') ?? wordsFor(problem, 'invalid_credentials'));

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!mutation.isPending) mutation.mutate({ username: username.trim(), password }, { onSuccess: onDone });
  }

  return (
    <form className={css.form} onSubmit={submit}>
      <TextInput
        label="Username"
        description={nameHint}
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

function ruleOf(problem: Problem, field: string): string | undefined {
  const error = problem.errors.find(({ pointer }) => pointer === `/${field}`);
  return error && (RULES[field]?.[error.code] ?? error.message);
}

function wordsFor({ code }: Problem, wanted: string): string | undefined {
  return code === wanted ? WORDS[wanted] : undefined;
}
