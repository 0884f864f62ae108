import { Button, Group } from '@mantine/core';
import { ProblemNote } from '@/components/messages/problem-note';
import css from '@/features/operations/components/console.module.css';
import { formatCount } from '@/features/operations/components/format';
import { disabledUnless } from '@/features/operations/components/read-only';
import { type DeadLetterFilter, useBulkAction, usePreview } from '@/features/operations/queries';
import { focusOnMount } from '@/lib/focus-on-mount';

/** Replays or discards all dead letters that match the filter: shows their number first, and then changes exactly those. */
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
      <p role="status" className={css.good} tabIndex={-1} ref={focusOnMount}>
        {formatCount(bulkAction.data.count)}{' '}
        {bulkAction.variables.act === 'replay' ? 'replayed' : 'discarded'}.
      </p>
    );
  }
  if (counted && wanted) {
    const verb = wanted.act === 'replay' ? 'Replay' : 'Discard';
    return (
      <Group gap="xs">
        <Button
          size="xs"
          ref={focusOnMount}
          disabled={counted.count === 0}
          loading={bulkAction.isPending}
          onClick={() => bulkAction.mutate({ ...wanted, upTo: counted.up_to })}
        >
          {counted.count === 0 ? `Nothing to ${verb.toLowerCase()}` : `${verb} ${formatCount(counted.count)}`}
        </Button>
        <Button size="xs" variant="subtle" disabled={bulkAction.isPending} onClick={() => preview.reset()}>
          Do not change
        </Button>
      </Group>
    );
  }
  return (
    <Group gap="xs">
      <Button
        size="xs"
        variant="default"
        {...disabledUnless(mayChange)}
        loading={preview.isPending && wanted?.act === 'replay'}
        onClick={() => preview.mutate({ act: 'replay', filter })}
      >
        Replay all…
      </Button>
      {filter.status === 'open' && (
        <Button
          size="xs"
          variant="default"
          {...disabledUnless(mayChange)}
          loading={preview.isPending && wanted?.act === 'discard'}
          onClick={() => preview.mutate({ act: 'discard', filter })}
        >
          Discard all…
        </Button>
      )}
    </Group>
  );
}
