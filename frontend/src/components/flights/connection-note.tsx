import { type Connection, connectionText } from '@/lib/time/schedule';
import css from './connection-note.module.css';

/** The connection between two flights: the airport, and the waiting time. */
export function ConnectionNote({ connection }: { connection: Connection }) {
  return (
    <p className={css.note} data-impossible={connection.minutes < 0 || undefined}>
      {connectionText(connection)}
    </p>
  );
}
