import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import type { Webhook } from '@/features/operations/api-types';
import css from '@/features/operations/components/console.module.css';
import { formatCount, formatMs, formatTime, orDash } from '@/features/operations/components/format';
import { disabledUnless } from '@/features/operations/components/read-only';
import { Table } from '@/features/operations/components/table';
import { integrationQueries, useReplayDelivery } from './queries';

const COLUMNS = [
  { name: 'Event' },
  { name: 'At' },
  { name: 'State' },
  { name: 'Attempts', number: true },
  { name: 'Response' },
  { name: 'Time', number: true },
  { name: 'Action', actions: true },
];

/** The deliveries of one webhook, newest first. */
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
              <td>{formatTime(each.created_at)}</td>
              <td className={each.status === 'FAILED' ? css.warn : undefined}>
                {each.status}
                {each.next_at && each.attempts > 0 && `, again ${formatTime(each.next_at)}`}
              </td>
              <td className={css.number}>{formatCount(each.attempts)}</td>
              <td className={css.long} title={each.last_error ?? undefined}>
                {each.last_status ?? each.last_error ?? '–'}
              </td>
              <td className={css.number}>{orDash(each.last_ms, formatMs)}</td>
              <td className={css.actions}>
                {each.status !== 'PENDING' && (
                  <Button
                    size="compact-xs"
                    variant="default"
                    disabled={replay.isPending}
                    {...disabledUnless(mayChange)}
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
