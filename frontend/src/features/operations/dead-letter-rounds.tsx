import { Button, Group } from '@mantine/core';
import { ProblemNote } from '@/components/messages/problem-note';
import css from './parts/console.module.css';
import { count } from './parts/format';
import { type DeadLetterFilter, usePreview, useRound } from './queries';

/** Replays or discards all that match: first the exact count, then the change of exactly those. */
export function DeadLetterRounds({ filter }: { filter: DeadLetterFilter }) {
  const preview = usePreview();
  const round = useRound();
  const { data: counted, variables: wanted } = preview;
  if (preview.isError || round.isError) {
    return (
      <ProblemNote error={preview.error ?? round.error} title="The dead letters could not all be changed." />
    );
  }
  if (round.data) {
    return (
      <p role="status" className={css.good}>
        {count(round.data.count)} {round.variables.act === 'replay' ? 'replayed' : 'discarded'}.
      </p>
    );
  }
  if (counted && wanted) {
    const verb = wanted.act === 'replay' ? 'Replay' : 'Discard';
    return (
      <Group gap="xs">
        <Button
          size="xs"
          disabled={counted.count === 0}
          loading={round.isPending}
          onClick={() => round.mutate({ ...wanted, upTo: counted.up_to })}
        >
          {counted.count === 0 ? `Nothing to ${verb.toLowerCase()}` : `${verb} ${count(counted.count)}`}
        </Button>
        <Button size="xs" variant="subtle" disabled={round.isPending} onClick={() => preview.reset()}>
          Leave it
        </Button>
      </Group>
    );
  }
  return (
    <Group gap="xs">
      <Button
        size="xs"
        variant="default"
        loading={preview.isPending && wanted?.act === 'replay'}
        onClick={() => preview.mutate({ act: 'replay', filter })}
      >
        Replay all…
      </Button>
      {filter.status === 'open' && (
        <Button
          size="xs"
          variant="default"
          loading={preview.isPending && wanted?.act === 'discard'}
          onClick={() => preview.mutate({ act: 'discard', filter })}
        >
          Discard all…
        </Button>
      )}
    </Group>
  );
}
