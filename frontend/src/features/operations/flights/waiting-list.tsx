import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { QueryFallback } from '@/components/messages/query-fallback';
import css from '@/features/operations/components/console.module.css';
import { formatCount, formatTime, orDash } from '@/features/operations/components/format';
import { StatusBadge } from '@/features/operations/components/status-badge';
import { MoreButton, Table } from '@/features/operations/components/table';
import { flightQueries } from './queries';

const COLUMNS = [
  { name: 'Place', number: true },
  { name: 'Account' },
  { name: 'Party', number: true },
  { name: 'Fewer too' },
  { name: 'Status' },
  { name: 'Offer' },
  { name: 'Since' },
];

/** The waiting list of a flight: the parties that wait, in the order of the list, and the entries that have ended. */
export function FlightWaitingList({ flightId }: { flightId: string }) {
  const query = useInfiniteQuery(flightQueries.waitingList(flightId));
  const entries = query.data?.pages.flatMap((page) => page.data);
  if (entries === undefined) {
    return (
      <QueryFallback
        query={query}
        loading="Loading the waiting list"
        failed="The waiting list could not be loaded."
        heights={[160]}
      />
    );
  }
  if (entries.length === 0) return <p className={css.empty}>Nobody waits for this flight.</p>;
  return (
    <>
      <Table label="Waiting list" columns={COLUMNS}>
        {entries.map((entry) => (
          <tr key={entry.id} tabIndex={-1}>
            <td className={css.number}>{orDash(entry.position)}</td>
            <td className={css.short}>{entry.username}</td>
            <td className={css.number}>{formatCount(entry.party_size)}</td>
            <td>{entry.accept_partial ? 'yes' : 'no'}</td>
            <td>
              <StatusBadge status={entry.status} />
            </td>
            <td>
              {entry.booking_id ? (
                <Link to="/operations/bookings/$bookingId" params={{ bookingId: entry.booking_id }}>
                  its booking
                </Link>
              ) : (
                '–'
              )}
            </td>
            <td>{formatTime(entry.created_at)}</td>
          </tr>
        ))}
      </Table>
      <MoreButton query={query} />
    </>
  );
}
