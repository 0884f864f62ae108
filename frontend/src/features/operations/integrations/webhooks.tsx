import { Button, Group, MultiSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import { EVENT_TYPES, type EventType, type Webhook } from '@/features/operations/api-types';
import { ConfirmButton } from '@/features/operations/components/confirm-button';
import css from '@/features/operations/components/console.module.css';
import { formatCount, formatTime } from '@/features/operations/components/format';
import { disabledUnless } from '@/features/operations/components/read-only';
import { Table } from '@/features/operations/components/table';
import { Deliveries } from './deliveries';
import { OneTimeSecret } from './one-time-secret';
import { integrationQueries, useCreateWebhook, useRotateSecret, useWebhookAction } from './queries';

const COLUMNS = [
  { name: 'Address' },
  { name: 'Events' },
  { name: 'State' },
  { name: 'Waiting', number: true },
  { name: 'Action', actions: true },
];

/** The webhooks, and the deliveries of one of them. For agents, the buttons that change something are disabled. */
export function Webhooks({ mayChange }: { mayChange: boolean }) {
  const query = useQuery(integrationQueries.webhooks());
  const act = useWebhookAction();
  const rotate = useRotateSecret();
  const [shown, setShown] = useState<string>();
  const webhook = query.data?.find(({ id }) => id === shown);
  return (
    <>
      <h2>Webhooks</h2>
      <NewWebhook mayChange={mayChange} />
      {rotate.data && <OneTimeSecret what="secret" secret={rotate.data.secret} onDismiss={rotate.reset} />}
      {(act.isError || rotate.isError) && (
        <ProblemNote error={act.error ?? rotate.error} title="The webhook was not changed." />
      )}
      {query.data === undefined ? (
        <QueryFallback
          query={query}
          loading="Loading the webhooks"
          failed="The webhooks could not be loaded."
          heights={[160]}
        />
      ) : query.data.length === 0 ? (
        <p className={css.empty}>There is no webhook yet.</p>
      ) : (
        <Table label="Webhooks" columns={COLUMNS}>
          {query.data.map((each) => (
            <tr key={each.id} tabIndex={-1}>
              <td className={css.short} title={each.url}>
                {each.url}
              </td>
              <td className={css.short} title={each.events.join(', ')}>
                {each.events.join(', ')}
              </td>
              <td className={each.enabled && !each.failing_since ? undefined : css.warn}>{stateOf(each)}</td>
              <td className={css.number}>{formatCount(each.waiting)}</td>
              <td className={css.actions}>
                <Group gap="xs" wrap="nowrap">
                  <Button
                    size="compact-xs"
                    variant="default"
                    data-opens
                    aria-pressed={shown === each.id}
                    aria-label={`Deliveries to ${each.url}`}
                    onClick={() => setShown(shown === each.id ? undefined : each.id)}
                  >
                    Deliveries
                  </Button>
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={`Ping ${each.url}`}
                    {...disabledUnless(mayChange)}
                    onClick={() => act.mutate({ id: each.id, act: 'ping' })}
                  >
                    Ping
                  </Button>
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={`${each.enabled ? 'Disable' : 'Enable'} ${each.url}`}
                    {...disabledUnless(mayChange)}
                    onClick={() => act.mutate({ id: each.id, act: each.enabled ? 'disable' : 'enable' })}
                  >
                    {each.enabled ? 'Disable' : 'Enable'}
                  </Button>
                  <ConfirmButton
                    verb="Rotate"
                    object={`the secret of ${each.url}`}
                    busy={rotate.isPending}
                    mayChange={mayChange}
                    onConfirm={() => rotate.mutate(each.id)}
                  />
                  <ConfirmButton
                    verb="Delete"
                    object={each.url}
                    busy={act.isPending}
                    mayChange={mayChange}
                    onConfirm={() => act.mutate({ id: each.id, act: 'delete' })}
                  />
                </Group>
              </td>
            </tr>
          ))}
        </Table>
      )}
      {webhook && <Deliveries webhook={webhook} mayChange={mayChange} />}
    </>
  );
}

function stateOf(webhook: Webhook): string {
  if (!webhook.enabled) return `disabled: ${webhook.disabled_reason ?? ''}`;
  return webhook.failing_since ? `failing since ${formatTime(webhook.failing_since)}` : 'good';
}

function NewWebhook({ mayChange }: { mayChange: boolean }) {
  const create = useCreateWebhook();
  const [url, setUrl] = useState('');
  const [events, setEvents] = useState<string[]>([]);
  if (create.data) {
    return <OneTimeSecret what="secret" secret={create.data.secret} onDismiss={create.reset} />;
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ url: url.trim(), events: events as EventType[] });
  };
  return (
    <form onSubmit={submit}>
      {create.isError && <ProblemNote error={create.error} title="The webhook was not created." />}
      <div className={css.bar}>
        <TextInput
          size="xs"
          label="Address"
          placeholder="https://example.com/hooks"
          value={url}
          maxLength={2000}
          required
          onChange={({ currentTarget }) => setUrl(currentTarget.value)}
        />
        <MultiSelect
          size="xs"
          label="Events"
          data={EVENT_TYPES}
          value={events}
          onChange={setEvents}
          searchable
          clearable
        />
        <Button
          size="xs"
          type="submit"
          loading={create.isPending}
          disabled={!url.trim() || events.length === 0}
          {...disabledUnless(mayChange)}
        >
          Create a webhook
        </Button>
      </div>
    </form>
  );
}
