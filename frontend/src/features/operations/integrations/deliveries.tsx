import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import css from '@/features/operations/parts/console.module.css';
import { at, count, ms, orDash } from '@/features/operations/parts/format';
import { changes } from '@/features/operations/parts/reads-only';
import { Table } from '@/features/operations/parts/table';
import type { Webhook } from '@/features/operations/wire';
import { integrationQueries, useReplayDelivery } from './queries';

const COLUMNS = [
  { name: 'Event' },
  { name: 'At' },
  { name: 'State' },
  { name: 'Attempts', number: true },
  { name: 'Answer' },
  { name: 'Time', number: true },
  { name: 'Action', actions: true },
];

/** What was sent to one address, newest first. */
export function Deliveries({ webhook, mayChange }: { webhook: Webhook; mayChange: boolean }) {
  const query = useQuery(integrationQueries.deliveries(webhook.id));
  const replay = useReplayDelivery();
  return (
    <>
      <h3>Deliveries to {webhook.url}</h3>
      {replay.isError && <ProblemNote error={replay.error} title="The event was not sent again." />}
      {query.data === undefined ? (
        <QueryFallback
          query={query}
          loading="Loading the deliveries"
          failed="The deliveries could not be loaded."
          heights={[160]}
        />
      ) : query.data.length === 0 ? (
        <p className={css.empty}>Nothing was sent yet.</p>
      ) : (
        <Table label={`Deliveries to ${webhook.url}`} columns={COLUMNS}>
          {query.data.map((each) => (
            <tr key={each.id} tabIndex={-1}>
              <td>{each.type}</td>
              <td>{at(each.created_at)}</td>
              <td className={each.status === 'FAILED' ? css.warn : undefined}>
                {each.status}
                {each.next_at && each.attempts > 0 && `, again ${at(each.next_at)}`}
              </td>
              <td className={css.number}>{count(each.attempts)}</td>
              <td className={css.long} title={each.last_error ?? undefined}>
                {each.last_status ?? each.last_error ?? '–'}
              </td>
              <td className={css.number}>{orDash(each.last_ms, ms)}</td>
              <td className={css.actions}>
                {each.status !== 'PENDING' && (
                  <Button
                    size="compact-xs"
                    variant="default"
                    disabled={replay.isPending}
                    {...changes(mayChange)}
                    onClick={() => replay.mutate({ webhookId: webhook.id, deliveryId: each.id })}
                  >
                    Replay
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}
