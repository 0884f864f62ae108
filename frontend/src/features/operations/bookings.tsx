import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { QueryFallback } from '@/components/messages/query-fallback';
import { Head } from './parts/console';
import css from './parts/console.module.css';
import { FilterField } from './parts/filter-field';
import { at } from './parts/format';
import { More, Table } from './parts/table';
import { type BookingFilter, operationsQueries } from './queries';

const COLUMNS = [
  { name: 'Reference' },
  { name: 'Status' },
  { name: 'Flights' },
  { name: 'Seats', number: true },
  { name: 'Price', number: true },
  { name: 'Account' },
  { name: 'Passengers' },
  { name: 'Accepted' },
];

const FIELDS: [keyof BookingFilter, string][] = [
  ['reference', 'Reference'],
  ['name', "A passenger's name"],
  ['user', 'Account'],
];

/** Bookings of all travellers, found as the staff ask for them. */
export function Bookings() {
  const [filter, setFilter] = useState<BookingFilter>({});
  const query = useInfiniteQuery(operationsQueries.bookings(filter));
  const found = query.data?.pages.flatMap((page) => page.data);
  return (
    <>
      <Head title="Bookings" />
      <div className={css.bar}>
        {FIELDS.map(([name, label], index) => (
          <FilterField
            key={name}
            label={label}
            first={index === 0}
            placeholder={index === 0 ? 'Press / to type' : undefined}
            onChange={(text) => setFilter((now) => ({ ...now, [name]: text }))}
          />
        ))}
      </div>
      {found === undefined ? (
        <QueryFallback
          query={query}
          loading="Loading the bookings"
          failed="The bookings could not be loaded."
          heights={[320]}
        />
      ) : found.length === 0 ? (
        <p className={css.well}>No booking matches.</p>
      ) : (
        <Table label="Bookings" columns={COLUMNS}>
          {found.map(({ booking, username }) => (
            <tr key={booking.id} tabIndex={-1}>
              <td>
                <Link to="/bookings/$bookingId" params={{ bookingId: booking.id }}>
                  {booking.reference}
                </Link>
              </td>
              <td>
                {booking.status}
                {booking.failure && ` (${booking.failure.code})`}
              </td>
              <td>{booking.segments.map((segment) => segment.flight.flight_number).join(', ')}</td>
              <td className={css.number}>{booking.seats}</td>
              <td className={css.number}>
                {booking.price_total} {booking.currency}
              </td>
              <td>{username}</td>
              <td className={css.long}>{booking.passengers.map((passenger) => passenger.name).join(', ')}</td>
              <td>{at(booking.created_at)}</td>
            </tr>
          ))}
        </Table>
      )}
      <More query={query} />
    </>
  );
}
