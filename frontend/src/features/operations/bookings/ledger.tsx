import { Link } from '@tanstack/react-router';
import type { LedgerEntry } from '@/features/operations/api-types';
import css from '@/features/operations/components/console.module.css';
import { formatCount, formatTime } from '@/features/operations/components/format';
import { StatusBadge } from '@/features/operations/components/status-badge';
import { Table } from '@/features/operations/components/table';
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
  /** Add a column with the booking, for a ledger of many bookings. */
  showBooking?: boolean;
}

/** Charges and refunds, as lines of a ledger. */
export function Ledger({ entries, showBooking = false }: Props) {
  return (
    <Table label="Ledger" columns={showBooking ? [OF_BOOKING, ...COLUMNS] : COLUMNS}>
      {entries.map((entry) => (
        <tr key={entry.id} tabIndex={-1}>
          {showBooking && (
            <td>
              <Link to="/operations/bookings/$bookingId" params={{ bookingId: entry.booking_id }}>
                {entry.reference}
              </Link>
            </td>
          )}
          <td>{formatTime(entry.created_at)}</td>
          <td>{entry.kind}</td>
          <td className={css.number}>
            {entry.kind === 'refund' && '−'}
            {money(entry.amount, entry.currency)}
          </td>
          <td>
            <StatusBadge status={entry.status} />
          </td>
          <td>{entry.reason?.replaceAll('_', ' ') ?? '–'}</td>
          <td className={css.number}>{formatCount(entry.attempts)}</td>
          <td>{entry.next_at ? formatTime(entry.next_at) : '–'}</td>
        </tr>
      ))}
    </Table>
  );
}
