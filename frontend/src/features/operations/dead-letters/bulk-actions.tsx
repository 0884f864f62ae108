import { Button, Group } from '@mantine/core';
import { ProblemNote } from '@/components/messages/problem-note';
import css from './parts/console.module.css';
import { takeFocus } from './parts/focus';
import { count } from './parts/format';
import { changes } from './parts/reads-only';
import { type DeadLetterFilter, useBulkAction, usePreview } from './queries';

/** Replays or discards all that match: first the exact count, then the change of exactly those. */
export function DeadLetterBulkActions({
  filter,
  mayChange,
}: {
  filter: DeadLetterFilter;
  mayChange: boolean;
}) {
  const preview = usePreview();
  const bulkAction = useBulkAction();
  const { data: counted, variables: wanted } = preview;
  if (preview.isError || bulkAction.isError) {
    return (
      <ProblemNote
        error={preview.error ?? bulkAction.error}
        title="The dead letters could not all be changed."
      />
    );
  }
  if (bulkAction.data) {
    return (
      <p role="status" className={css.good} tabIndex={-1} ref={takeFocus}>
        {count(bulkAction.data.count)} {bulkAction.variables.act === 'replay' ? 'replayed' : 'discarded'}.
      </p>
    );
  }
  if (counted && wanted) {
    const verb = wanted.act === 'replay' ? 'Replay' : 'Discard';
    return (
      <Group gap="xs">
        <Button
          size="xs"
          ref={takeFocus}
          disabled={counted.count === 0}
          loading={bulkAction.isPending}
          onClick={() => bulkAction.mutate({ ...wanted, upTo: counted.up_to })}
        >
          {counted.count === 0 ? `Nothing to ${verb.toLowerCase()}` : `${verb} ${count(counted.count)}`}
        </Button>
        <Button size="xs" variant="subtle" disabled={bulkAction.isPending} onClick={() => preview.reset()}>
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
        {...changes(mayChange)}
        loading={preview.isPending && wanted?.act === 'replay'}
        onClick={() => preview.mutate({ act: 'replay', filter })}
      >
        Replay all…
      </Button>
      {filter.status === 'open' && (
        <Button
          size="xs"
          variant="default"
          {...changes(mayChange)}
          loading={preview.isPending && wanted?.act === 'discard'}
          onClick={() => preview.mutate({ act: 'discard', filter })}
        >
          Discard all…
        </Button>
      )}
    </Group>
  );
}
