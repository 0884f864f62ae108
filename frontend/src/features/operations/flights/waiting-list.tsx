import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { QueryFallback } from '@/components/messages/query-fallback';
import css from '@/features/operations/parts/console.module.css';
import { at, count, orDash } from '@/features/operations/parts/format';
import { StatusMark } from '@/features/operations/parts/status-mark';
import { More, Table } from '@/features/operations/parts/table';
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

/** Who waits for seats on a flight, first come first, and who waits no more. */
export function Line({ flightId }: { flightId: string }) {
  const query = useInfiniteQuery(flightQueries.line(flightId));
  const parties = query.data?.pages.flatMap((page) => page.data);
  if (parties === undefined) {
    return (
      <QueryFallback
        query={query}
        loading="Loading the waiting list"
        failed="The waiting list could not be loaded."
        heights={[160]}
      />
    );
  }
  if (parties.length === 0) return <p className={css.empty}>Nobody waits for this flight.</p>;
  return (
    <>
      <Table label="Waiting list" columns={COLUMNS}>
        {parties.map((party) => (
          <tr key={party.id} tabIndex={-1}>
            <td className={css.number}>{orDash(party.position)}</td>
            <td>{party.username}</td>
            <td className={css.number}>{count(party.party_size)}</td>
            <td>{party.accept_partial ? 'yes' : 'no'}</td>
            <td>
              <StatusMark status={party.status} />
            </td>
            <td>
              {party.booking_id ? (
                <Link to="/operations/bookings/$bookingId" params={{ bookingId: party.booking_id }}>
                  its booking
                </Link>
              ) : (
                '–'
              )}
            </td>
            <td>{at(party.created_at)}</td>
          </tr>
        ))}
      </Table>
      <More query={query} />
    </>
  );
}
