import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import { PageHeader } from './components/console';
import css from './components/console.module.css';
import { formatCount } from './components/format';
import { disabledUnless } from './components/read-only';
import { Table } from './components/table';
import { Causes } from './overview/causes';
import { operationsQueries, useInventoryAudit, useInventoryRepair } from './queries';
import { Workers } from './workers';

/** The present problems with their codes, the workers, and whether Redis and Postgres have the same seat counts. */
export function Health({ mayChange }: { mayChange: boolean }) {
  const query = useQuery(operationsQueries.overview());
  return (
    <>
      <PageHeader title="Health" />
      {query.data ? (
        <Causes causes={query.data.causes} isDown={query.data.status === 'down'} codes />
      ) : (
        <QueryFallback
          query={query}
          loading="Loading the health"
          failed="The health could not be loaded."
          heights={[120]}
        />
      )}
      <h2>Workers</h2>
      <Workers />
      <h2>Seats in Redis and in Postgres</h2>
      <Inventory mayChange={mayChange} />
    </>
  );
}

const COLUMNS = [{ name: 'Flight' }, { name: 'Seats too many in Redis', number: true }];

function Inventory({ mayChange }: { mayChange: boolean }) {
  const audit = useInventoryAudit();
  const repair = useInventoryRepair();
  const found = audit.data;
  return (
    <>
      <Group gap="xs">
        <Button size="xs" variant="default" loading={audit.isPending} onClick={() => audit.mutate()}>
          Compare now
        </Button>
        {found && found.drift.length > 0 && (
          <Button
            size="xs"
            {...disabledUnless(mayChange)}
            loading={repair.isPending}
            onClick={() => repair.mutate(undefined, { onSuccess: () => audit.mutate() })}
          >
            Load these flights anew
          </Button>
        )}
      </Group>
      {(audit.isError || repair.isError) && (
        <ProblemNote error={audit.error ?? repair.error} title="The seats could not be compared." />
      )}
      {found?.drift.length === 0 && (
        <p role="status" className={css.well}>
          Both agree on {formatCount(found.flights)} flights.
        </p>
      )}
      {found && found.drift.length > 0 && (
        <Table label="Flights that drift" columns={COLUMNS}>
          {found.drift.map(({ flight_id, seats }) => (
            <tr key={flight_id} tabIndex={-1}>
              <td>
                <code>{flight_id}</code>
              </td>
              <td className={css.number}>{seats > 0 ? `+${seats}` : seats}</td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}
