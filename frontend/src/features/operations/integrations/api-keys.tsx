import { Button, Checkbox, Group, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import type { KeyScope } from '@/features/operations/api-types';
import { ConfirmButton } from '@/features/operations/components/confirm-button';
import css from '@/features/operations/components/console.module.css';
import { formatTime } from '@/features/operations/components/format';
import { disabledUnless } from '@/features/operations/components/read-only';
import { Table } from '@/features/operations/components/table';
import { OneTimeSecret } from './one-time-secret';
import { integrationQueries, useCreateKey, useRevokeKey } from './queries';

const SCOPES: readonly [KeyScope, string][] = [
  ['read', 'read everything'],
  ['book', 'make and change bookings'],
  ['admin', 'everything'],
];
const COLUMNS = [
  { name: 'Name' },
  { name: 'Begins with' },
  { name: 'Scopes' },
  { name: 'Created' },
  { name: 'Last used' },
  { name: 'State' },
];

/** The API keys. For agents, the buttons are disabled. */
export function ApiKeys({ mayChange }: { mayChange: boolean }) {
  const query = useQuery(integrationQueries.keys());
  const revoke = useRevokeKey();
  return (
    <>
      <h2>Keys for programs</h2>
      <NewKey mayChange={mayChange} />
      {revoke.isError && <ProblemNote error={revoke.error} title="The key was not revoked." />}
      {query.data === undefined ? (
        <QueryFallback
          query={query}
          loading="Loading the keys"
          failed="The keys could not be loaded."
          heights={[160]}
        />
      ) : query.data.length === 0 ? (
        <p className={css.empty}>There is no key yet.</p>
      ) : (
        <Table label="Keys for programs" columns={COLUMNS}>
          {query.data.map((key) => (
            <tr key={key.id} tabIndex={-1}>
              <td className={css.short}>{key.name}</td>
              <td>
                <code>{key.hint}…</code>
              </td>
              <td>{key.scopes.join(', ')}</td>
              <td>{formatTime(key.created_at)}</td>
              <td>{key.last_used_at ? formatTime(key.last_used_at) : 'never'}</td>
              <td>
                {key.revoked_at ? (
                  `revoked ${formatTime(key.revoked_at)}`
                ) : (
                  <ConfirmButton
                    verb="Revoke"
                    object={key.name}
                    busy={revoke.isPending}
                    mayChange={mayChange}
                    onConfirm={() => revoke.mutate(key.id)}
                  />
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}

function NewKey({ mayChange }: { mayChange: boolean }) {
  const create = useCreateKey();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<string[]>(['read']);
  if (create.data) {
    return <OneTimeSecret what="key" secret={create.data.key} onDismiss={create.reset} />;
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ name: name.trim(), scopes: scopes as KeyScope[] });
  };
  return (
    <form onSubmit={submit}>
      {create.isError && <ProblemNote error={create.error} title="The key was not created." />}
      <div className={css.bar}>
        <TextInput
          size="xs"
          label="Name of the program"
          value={name}
          maxLength={64}
          required
          onChange={({ currentTarget }) => setName(currentTarget.value)}
        />
        <Checkbox.Group label="It may" size="xs" value={scopes} onChange={setScopes}>
          <Group gap="sm">
            {SCOPES.map(([scope, meaning]) => (
              <Checkbox key={scope} size="xs" value={scope} label={meaning} />
            ))}
          </Group>
        </Checkbox.Group>
        <Button
          size="xs"
          type="submit"
          loading={create.isPending}
          disabled={!name.trim() || scopes.length === 0}
          {...disabledUnless(mayChange)}
        >
          Create a key
        </Button>
      </div>
    </form>
  );
}
