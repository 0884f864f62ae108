import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import { Causes } from './overview/causes';
import { Head } from './parts/console';
import css from './parts/console.module.css';
import { count } from './parts/format';
import { changes } from './parts/reads-only';
import { Table } from './parts/table';
import { operationsQueries, useInventoryAudit, useInventoryRepair } from './queries';
import { Workers } from './workers';

/** What is wrong by its code, who works, and whether Redis and Postgres agree on the seats. */
export function Health({ mayChange }: { mayChange: boolean }) {
  const query = useQuery(operationsQueries.overview());
  return (
    <>
      <Head title="Health" />
      {query.data ? (
        <Causes causes={query.data.causes} worst={query.data.status === 'down'} codes />
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
            {...changes(mayChange)}
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
          Both agree on {count(found.flights)} flights.
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
