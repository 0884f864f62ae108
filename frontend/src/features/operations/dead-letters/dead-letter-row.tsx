import { Button, Group } from '@mantine/core';
import css from './parts/console.module.css';
import { at } from './parts/format';
import { changes } from './parts/reads-only';
import type { DeadLetterAct } from './queries';
import type { DeadLetter } from './wire';

interface Props {
  letter: DeadLetter;
  mayChange: boolean;
  busy: boolean;
  onAct: (act: DeadLetterAct) => void;
}

/** One dead letter with what can still be done about it. */
export function DeadLetterRow({ letter, mayChange, busy, onAct }: Props) {
  const subject = letter.subject_id ?? letter.payload ?? '';
  return (
    <tr tabIndex={-1}>
      <td>{at(letter.created_at)}</td>
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
              {...changes(mayChange)}
              onClick={() => onAct('replay')}
            >
              Replay
            </Button>
          )}
          {letter.status === 'open' && (
            <Button
              size="compact-xs"
              variant="subtle"
              disabled={busy}
              {...changes(mayChange)}
              onClick={() => onAct('discard')}
            >
              Discard
            </Button>
          )}
          {letter.replayed_at && <span>replayed {at(letter.replayed_at)}</span>}
        </Group>
      </td>
    </tr>
  );
}
