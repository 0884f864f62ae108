import { type Connection, connectionText } from '@/lib/time/schedule';
import css from './connection-note.module.css';

/** What happens between two flights: where one changes planes, and how long one waits there. */
export function ConnectionNote({ connection }: { connection: Connection }) {
  return (
    <p className={css.note} data-impossible={connection.minutes < 0 || undefined}>
      {connectionText(connection)}
    </p>
  );
}
