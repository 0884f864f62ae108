import { Button, Group } from '@mantine/core';
import { useState } from 'react';

interface Props {
  /** What is done, such as "Revoke". */
  verb: string;
  /** To what, for who cannot see the row. */
  of: string;
  busy: boolean;
  onConfirm: () => void;
}

/** A button whose first press only asks. */
export function ConfirmedButton({ verb, of, busy, onConfirm }: Props) {
  const [asks, setAsks] = useState(false);
  if (!asks) {
    return (
      <Button size="compact-xs" variant="subtle" aria-label={`${verb} ${of}`} onClick={() => setAsks(true)}>
        {verb}…
      </Button>
    );
  }
  return (
    <Group gap="xs" wrap="nowrap">
      <Button size="compact-xs" color="red" loading={busy} data-autofocus onClick={onConfirm}>
        Yes, {verb.toLowerCase()} {of}
      </Button>
      <Button size="compact-xs" variant="default" disabled={busy} onClick={() => setAsks(false)}>
        Keep
      </Button>
    </Group>
  );
}
