import { Link } from '@tanstack/react-router';
import css from '@/features/operations/parts/console.module.css';
import { at, count } from '@/features/operations/parts/format';
import { StatusMark } from '@/features/operations/parts/status-mark';
import { Table } from '@/features/operations/parts/table';
import type { LedgerEntry } from '@/features/operations/wire';
import { money } from '@/lib/money';

const COLUMNS = [
  { name: 'When' },
  { name: 'What' },
  { name: 'Amount', number: true },
  { name: 'Status' },
  { name: 'Why' },
  { name: 'Calls', number: true },
  { name: 'Tried again' },
];
const OF_BOOKING = { name: 'Booking' };

interface Props {
  entries: readonly LedgerEntry[];
  /** Of many bookings: each row says of which. */
  ofMany?: boolean;
}

/** Charges and refunds as lines of a ledger: what came in, and what went back. */
export function Ledger({ entries, ofMany = false }: Props) {
  return (
    <Table label="Ledger" columns={ofMany ? [OF_BOOKING, ...COLUMNS] : COLUMNS}>
      {entries.map((entry) => (
        <tr key={entry.id} tabIndex={-1}>
          {ofMany && (
            <td>
              <Link to="/operations/bookings/$bookingId" params={{ bookingId: entry.booking_id }}>
                {entry.reference}
              </Link>
            </td>
          )}
          <td>{at(entry.created_at)}</td>
          <td>{entry.kind}</td>
          <td className={css.number}>
            {entry.kind === 'refund' && '−'}
            {money(entry.amount, entry.currency)}
          </td>
          <td>
            <StatusMark status={entry.status} />
          </td>
          <td>{entry.reason?.replaceAll('_', ' ') ?? '–'}</td>
          <td className={css.number}>{count(entry.attempts)}</td>
          <td>{entry.next_at ? at(entry.next_at) : '–'}</td>
        </tr>
      ))}
    </Table>
  );
}
