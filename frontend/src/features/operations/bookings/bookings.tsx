import { NativeSelect } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { QueryFallback } from '@/components/messages/query-fallback';
import { PageHeader } from '@/features/operations/components/console';
import css from '@/features/operations/components/console.module.css';
import { FilterField } from '@/features/operations/components/filter-field';
import { formatTime } from '@/features/operations/components/format';
import { StatusBadge } from '@/features/operations/components/status-badge';
import { MoreButton, Table } from '@/features/operations/components/table';
import { operationsQueries } from '@/features/operations/queries';
import type { BookingStatus } from '@/lib/api-types';
import { money } from '@/lib/money';

const route = getRouteApi('/operations/bookings');
const STATUSES: BookingStatus[] = ['PENDING', 'HELD', 'CONFIRMED', 'CANCELLED', 'FAILED', 'EXPIRED'];
const COLUMNS = [
  { name: 'Reference' },
  { name: 'Status' },
  { name: 'Flights' },
  { name: 'Seats', number: true },
  { name: 'Price', number: true },
  { name: 'Account' },
  { name: 'Travellers' },
  { name: 'Accepted' },
];
const FIELDS = [
  ['reference', 'Reference'],
  ['name', "A traveller's name"],
  ['user', 'Account'],
] as const;

/** Search for bookings of all travellers. The filter is in the address of the page. */
export function Bookings() {
  const filter = route.useSearch();
  const navigate = useNavigate({ from: '/operations/bookings' });
  const { flight, status, ...words } = filter;
  const query = useInfiniteQuery(
    operationsQueries.bookings({
      ...words,
      flight_id: flight,
      status: STATUSES.find((each) => each === status),
    }),
  );
  const found = query.data?.pages.flatMap((page) => page.data);
  const filterBy = (name: keyof typeof filter) => (text: string | undefined) =>
    navigate({ search: (now) => ({ ...now, [name]: text }), replace: true, resetScroll: false });
  return (
    <>
      <PageHeader title="Bookings" />
      <div className={css.bar}>
        {FIELDS.map(([name, label], index) => (
          <FilterField
            key={name}
            label={label}
            first={index === 0}
            initial={filter[name]}
            placeholder={index === 0 ? 'Press / to type' : undefined}
            onChange={filterBy(name)}
          />
        ))}
        <NativeSelect
          size="xs"
          label="Status"
          data={[
            { value: '', label: 'all' },
            ...STATUSES.map((value) => ({ value, label: value.toLowerCase() })),
          ]}
          value={filter.status ?? ''}
          onChange={({ currentTarget }) => filterBy('status')(currentTarget.value || undefined)}
        />
      </div>
      {found === undefined ? (
        <QueryFallback
          query={query}
          loading="Loading the bookings"
          failed="The bookings could not be loaded."
          heights={[320]}
        />
      ) : found.length === 0 ? (
        <p className={css.empty}>No booking matches.</p>
      ) : (
        <Table label="Bookings" columns={COLUMNS}>
          {found.map(({ booking, username }) => (
            <tr key={booking.id} tabIndex={-1}>
              <td>
                <Link to="/operations/bookings/$bookingId" params={{ bookingId: booking.id }}>
                  {booking.reference}
                </Link>
              </td>
              <td>
                <StatusBadge status={booking.status} />
                {booking.failure && ` ${booking.failure.code}`}
              </td>
              <td>{booking.segments.map((segment) => segment.flight.flight_number).join(', ')}</td>
              <td className={css.number}>{booking.seats}</td>
              <td className={css.number}>{money(booking.price_total, booking.currency)}</td>
              <td className={css.short}>{username}</td>
              <td className={css.long}>{booking.passengers.map((passenger) => passenger.name).join(', ')}</td>
              <td>{formatTime(booking.created_at)}</td>
            </tr>
          ))}
        </Table>
      )}
      <MoreButton query={query} />
    </>
  );
}
