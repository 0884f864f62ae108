import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { QueryFallback } from '@/components/messages/query-fallback';
import css from '@/features/operations/components/console.module.css';
import { formatTime } from '@/features/operations/components/format';
import { Table } from '@/features/operations/components/table';
import type { Flight } from '@/lib/api-types';
import { localTimeText } from './local-time-text';
import { flightQueries } from './queries';

const COLUMNS = [
  { name: 'Booking' },
  { name: 'Old departure' },
  { name: 'New departure' },
  { name: 'Old arrival' },
  { name: 'New arrival' },
  { name: 'Informed' },
  { name: 'Decision' },
];

/** The bookings whose travellers were informed about new times, and what they decided. */
export function ScheduleChanges({ flight }: { flight: Flight }) {
  const query = useQuery(flightQueries.scheduleChanges(flight.id));
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
  const sourceZone = flight.source_timezone;
  const destinationZone = flight.destination_timezone;
  return (
    <Table label="Schedule changes" columns={COLUMNS}>
      {query.data.map((change) => (
        <tr key={`${change.booking_id} ${change.created_at}`} tabIndex={-1}>
          <td>
            <Link to="/operations/bookings/$bookingId" params={{ bookingId: change.booking_id }}>
              {change.reference}
            </Link>
          </td>
          <td>{localTimeText(change.old_departure_ts, sourceZone)}</td>
          <td>{localTimeText(change.new_departure_ts, sourceZone)}</td>
          <td>{localTimeText(change.old_arrival_ts, destinationZone)}</td>
          <td>{localTimeText(change.new_arrival_ts, destinationZone)}</td>
          <td>{formatTime(change.created_at)}</td>
          <td>{change.action ?? <span className={css.warn}>none yet</span>}</td>
        </tr>
      ))}
    </Table>
  );
}
