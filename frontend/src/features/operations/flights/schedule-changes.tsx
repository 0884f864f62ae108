import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { QueryFallback } from '@/components/messages/query-fallback';
import css from '@/features/operations/parts/console.module.css';
import { at } from '@/features/operations/parts/format';
import { Table } from '@/features/operations/parts/table';
import type { Flight } from '@/lib/wire';
import { moment } from './moment';
import { flightQueries } from './queries';

const COLUMNS = [
  { name: 'Booking' },
  { name: 'Old departure' },
  { name: 'New departure' },
  { name: 'Old arrival' },
  { name: 'New arrival' },
  { name: 'Told' },
  { name: 'Answer' },
];

/** The bookings that were told of new times, and what their travellers decided. */
export function Moved({ flight }: { flight: Flight }) {
  const query = useQuery(flightQueries.moved(flight.id));
  if (!query.data) {
    return (
      <QueryFallback
        query={query}
        loading="Loading the schedule changes"
        failed="The schedule changes could not be loaded."
        heights={[160]}
      />
    );
  }
  if (query.data.length === 0) return <p className={css.empty}>No booking was moved with this flight.</p>;
  const there = flight.source_timezone;
  const here = flight.destination_timezone;
  return (
    <Table label="Schedule changes" columns={COLUMNS}>
      {query.data.map((change) => (
        <tr key={`${change.booking_id} ${change.created_at}`} tabIndex={-1}>
          <td>
            <Link to="/operations/bookings/$bookingId" params={{ bookingId: change.booking_id }}>
              {change.reference}
            </Link>
          </td>
          <td>{moment(change.old_departure_ts, there)}</td>
          <td>{moment(change.new_departure_ts, there)}</td>
          <td>{moment(change.old_arrival_ts, here)}</td>
          <td>{moment(change.new_arrival_ts, here)}</td>
          <td>{at(change.created_at)}</td>
          <td>{change.action ?? <span className={css.warn}>not answered</span>}</td>
        </tr>
      ))}
    </Table>
  );
}
