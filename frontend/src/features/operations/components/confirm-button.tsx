import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { takeFocus } from '@/features/operations/parts/focus';
import { changes } from '@/features/operations/parts/reads-only';

interface Props {
  /** What is done, such as "Revoke". */
  verb: string;
  /** To what, for who cannot see the row. */
  of: string;
  busy: boolean;
  mayChange: boolean;
  onConfirm: () => void;
}

/** A button whose first press only asks. The focus goes to the answer, and back to the button when nothing is done. */
export function ConfirmedButton({ verb, of, busy, mayChange, onConfirm }: Props) {
  const [asks, setAsks] = useState(false);
  const [asked, setAsked] = useState(false);
  if (!asks) {
    return (
      <Button
        ref={asked ? takeFocus : undefined}
        size="compact-xs"
        variant="subtle"
        aria-label={`${verb} ${of}`}
        {...changes(mayChange)}
        onClick={() => {
          setAsks(true);
          setAsked(true);
        }}
      >
        {verb}…
      </Button>
    );
  }
  return (
    <Group gap="xs" wrap="nowrap">
      <Button size="compact-xs" color="red" loading={busy} ref={takeFocus} onClick={onConfirm}>
        Yes, {verb.toLowerCase()} {of}
      </Button>
      <Button size="compact-xs" variant="default" disabled={busy} onClick={() => setAsks(false)}>
        Keep
      </Button>
    </Group>
  );
}
