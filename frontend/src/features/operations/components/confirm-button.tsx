import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { disabledUnless } from '@/features/operations/components/read-only';
import { focusOnMount } from '@/lib/focus-on-mount';

interface Props {
  /** What is done, such as "Revoke". */
  verb: string;
  /** What it is done to, for screen readers. */
  object: string;
  busy: boolean;
  mayChange: boolean;
  onConfirm: () => void;
}

/** A button that asks for a confirmation. The focus moves to the confirmation, and back to the button when it is refused. */
export function ConfirmButton({ verb, object, busy, mayChange, onConfirm }: Props) {
  const [isConfirming, setConfirming] = useState(false);
  const [wasConfirming, setWasConfirming] = useState(false);
  if (!isConfirming) {
    return (
      <Button
        ref={wasConfirming ? focusOnMount : undefined}
        size="compact-xs"
        variant="subtle"
        aria-label={`${verb} ${object}`}
        {...disabledUnless(mayChange)}
        onClick={() => {
          setConfirming(true);
          setWasConfirming(true);
        }}
      >
        {verb}…
      </Button>
    );
  }
  return (
    <Group gap="xs" wrap="nowrap">
      <Button size="compact-xs" color="red" loading={busy} ref={focusOnMount} onClick={onConfirm}>
        Yes, {verb.toLowerCase()} {object}
      </Button>
      <Button size="compact-xs" variant="default" disabled={busy} onClick={() => setConfirming(false)}>
        Keep
      </Button>
    </Group>
  );
}
