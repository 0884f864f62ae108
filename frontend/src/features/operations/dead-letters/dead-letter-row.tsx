import { Button, Group } from '@mantine/core';
import type { DeadLetter } from '@/features/operations/api-types';
import css from '@/features/operations/components/console.module.css';
import { formatTime } from '@/features/operations/components/format';
import { disabledUnless } from '@/features/operations/components/read-only';
import type { DeadLetterAction } from '@/features/operations/queries';

interface Props {
  letter: DeadLetter;
  mayChange: boolean;
  busy: boolean;
  onAction: (action: DeadLetterAction) => void;
}

/** One dead letter, with the buttons for what can still be done. */
export function DeadLetterRow({ letter, mayChange, busy, onAction }: Props) {
  const subject = letter.subject_id ?? letter.payload ?? '';
  return (
    <tr tabIndex={-1}>
      <td>{formatTime(letter.created_at)}</td>
      <td>{letter.kind}</td>
      <td>{letter.queue}</td>
      <td className={css.long} title={subject}>
        <code>{subject}</code>
      </td>
      <td className={css.long} title={letter.error}>
        {letter.error}
      </td>
      <td className={css.actions}>
        <Group gap="xs" wrap="nowrap">
          {letter.status !== 'replayed' && (
            <Button
              size="compact-xs"
              variant="default"
              disabled={busy}
              {...disabledUnless(mayChange)}
              onClick={() => onAction('replay')}
            >
              Replay
            </Button>
          )}
          {letter.status === 'open' && (
            <Button
              size="compact-xs"
              variant="subtle"
              disabled={busy}
              {...disabledUnless(mayChange)}
              onClick={() => onAction('discard')}
            >
              Discard
            </Button>
          )}
          {letter.replayed_at && <span>replayed {formatTime(letter.replayed_at)}</span>}
        </Group>
      </td>
    </tr>
  );
}
