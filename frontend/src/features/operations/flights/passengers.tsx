import { Button, Group } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { DownloadButton } from '@/components/controls/download-button';
import { PrintIcon } from '@/components/icons';
import { QueryFallback } from '@/components/messages/query-fallback';
import css from '@/features/operations/components/console.module.css';
import { formatCount } from '@/features/operations/components/format';
import sharedCss from '@/features/operations/components/shared.module.css';
import { StatusBadge } from '@/features/operations/components/status-badge';
import { MoreButton, Table } from '@/features/operations/components/table';
import { operationsQueries } from '@/features/operations/queries';
import type { Booking, Flight } from '@/lib/api-types';

const COLUMNS = [
  { name: 'Reference' },
  { name: 'Status' },
  { name: 'Seats', number: true },
  { name: 'Seat numbers' },
  { name: 'Travellers' },
  { name: 'Account' },
];

/** The travellers of a flight, to read, print or download. */
export function Passengers({ flight }: { flight: Flight }) {
  const query = useInfiniteQuery(operationsQueries.bookings({ flight_id: flight.id }));
  const found = query.data?.pages.flatMap((page) => page.data);
  return (
    <div className={sharedCss.form}>
      <Group gap="xs" className={sharedCss.screen}>
        <DownloadButton
          path={`/admin/flights/${flight.id}/passengers.csv`}
          name={`travellers-${flight.flight_number}.csv`}
          size="xs"
        >
          Travellers as CSV
        </DownloadButton>
        <Button
          size="xs"
          variant="default"
          leftSection={<PrintIcon size={16} />}
          onClick={() => window.print()}
        >
          Print
        </Button>
      </Group>
      {found === undefined ? (
        <QueryFallback
          query={query}
          loading="Loading the travellers"
          failed="The travellers could not be loaded."
          heights={[200]}
        />
      ) : found.length === 0 ? (
        <p className={css.empty}>Nobody has booked this flight.</p>
      ) : (
        <Table label="Travellers" columns={COLUMNS}>
          {found.map(({ booking, username }) => (
            <tr key={booking.id} tabIndex={-1}>
              <td>
                <Link to="/operations/bookings/$bookingId" params={{ bookingId: booking.id }}>
                  {booking.reference}
                </Link>
              </td>
              <td>
                <StatusBadge status={booking.status} />
              </td>
              <td className={css.number}>{formatCount(booking.seats)}</td>
              <td>{seatsOn(flight, booking)}</td>
              <td className={css.long}>{booking.passengers.map(({ name }) => name).join(', ') || '–'}</td>
              <td className={css.short}>{username}</td>
            </tr>
          ))}
        </Table>
      )}
      <MoreButton query={query} />
    </div>
  );
}

/** The seats that the booking has picked on this flight. */
function seatsOn({ id }: Flight, { segments }: Booking): string {
  return segments.find(({ flight }) => flight.id === id)?.seat_numbers?.join(', ') || '–';
}
