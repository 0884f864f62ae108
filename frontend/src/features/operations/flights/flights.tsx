import { Button, NativeSelect } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { DownloadButton } from '@/components/controls/download-button';
import { QueryFallback } from '@/components/messages/query-fallback';
import { PageHeader } from '@/features/operations/components/console';
import css from '@/features/operations/components/console.module.css';
import { FilterField } from '@/features/operations/components/filter-field';
import { formatCount } from '@/features/operations/components/format';
import { disabledUnless } from '@/features/operations/components/read-only';
import { StatusBadge } from '@/features/operations/components/status-badge';
import { MoreButton, Table } from '@/features/operations/components/table';
import { money } from '@/lib/money';
import { dayText, today } from '@/lib/time/time';
import { FlightForm } from './flight-form';
import { localTimeText } from './local-time-text';
import { exportPath, flightQueries } from './queries';

const route = getRouteApi('/operations/flights');
const COLUMNS = [
  { name: 'Flight', sort: 'flight_number' },
  { name: 'From' },
  { name: 'To' },
  { name: 'Departure', sort: 'departure_ts' },
  { name: 'Arrival' },
  { name: 'Seats', number: true },
  { name: 'Taken', number: true },
  { name: 'Free', number: true },
  { name: 'Price', number: true, sort: 'price' },
  { name: 'Status' },
];

/** Flights from today on, or of all days: to search, sort, export and create. */
export function Flights({ mayChange }: { mayChange: boolean }) {
  const filter = route.useSearch();
  const navigate = useNavigate({ from: '/operations/flights' });
  const [isCreating, form] = useDisclosure(false);
  const [resets, setResets] = useState(0);
  const { since, all = false, ...otherFilters } = filter;
  const firstDay = all || filter.date ? undefined : (since ?? today());
  const listed = { ...otherFilters, from_date: firstDay };
  const query = useInfiniteQuery(flightQueries.list(listed));
  const flights = query.data?.pages.flatMap((page) => page.data);
  const filterBy = (name: keyof typeof filter) => (text: string | undefined) =>
    navigate({ search: (now) => ({ ...now, [name]: text }), replace: true, resetScroll: false });
  const startFrom = (day: string | undefined) =>
    navigate({
      search: ({ since: _since, all: _all, ...now }) => ({
        ...now,
        ...(day ? { since: day } : { all: true }),
      }),
      replace: true,
      resetScroll: false,
    });
  const reset = async (everything: boolean) => {
    await navigate({
      search: ({ since: _since, all: _all, ...now }) => ({ ...now, ...(everything && { all: true }) }),
      replace: true,
      resetScroll: false,
    });
    // Afterwards: the field of the first day begins with what is in the address then.
    setResets((count) => count + 1);
  };
  return (
    <>
      <PageHeader title="Flights">
        <DownloadButton path={exportPath(listed)} name="flights.csv" size="xs">
          Export these
        </DownloadButton>
        <Button size="xs" {...disabledUnless(mayChange)} onClick={form.open}>
          New flight
        </Button>
      </PageHeader>
      <div className={css.bar}>
        <FilterField
          label="Number or place"
          placeholder="Press / to type"
          initial={filter.q}
          first
          onChange={filterBy('q')}
        />
        <FilterField label="From" initial={filter.source} onChange={filterBy('source')} />
        <FilterField label="To" initial={filter.destination} onChange={filterBy('destination')} />
        <FilterField
          key={resets}
          label="First day"
          type="date"
          initial={all ? undefined : (since ?? today())}
          onChange={startFrom}
        />
        <FilterField label="Only this day" type="date" initial={filter.date} onChange={filterBy('date')} />
        <NativeSelect
          size="xs"
          label="Status"
          data={[
            { value: '', label: 'all' },
            { value: 'SCHEDULED', label: 'scheduled' },
            { value: 'CANCELLED', label: 'cancelled' },
          ]}
          value={filter.status ?? ''}
          onChange={({ currentTarget }) => filterBy('status')(currentTarget.value || undefined)}
        />
        <Button size="xs" variant="default" onClick={() => reset(!all)}>
          {all ? 'From today' : 'All days'}
        </Button>
      </div>
      {flights === undefined ? (
        <QueryFallback
          query={query}
          loading="Loading the flights"
          failed="The flights could not be loaded."
          heights={[480]}
        />
      ) : flights.length === 0 ? (
        <div className={css.empty}>
          <p>{firstDay ? `No flight from ${dayText(firstDay)} on matches.` : 'No flight matches.'}</p>
          {firstDay && (
            <Button size="xs" variant="default" onClick={() => reset(true)}>
              Look among all days
            </Button>
          )}
        </div>
      ) : (
        <Table
          label="Flights"
          columns={COLUMNS}
          sort={filter.order ?? 'departure_ts'}
          onSort={(sort) => filterBy('order')(sort === 'departure_ts' ? undefined : sort)}
        >
          {flights.map((flight) => (
            <tr key={flight.id} tabIndex={-1}>
              <td>
                <Link to="/operations/flights/$flightId" params={{ flightId: flight.id }}>
                  {flight.flight_number}
                </Link>
              </td>
              <td>{flight.source}</td>
              <td>{flight.destination}</td>
              <td>{localTimeText(flight.departure_ts, flight.source_timezone)}</td>
              <td>{localTimeText(flight.arrival_ts, flight.destination_timezone)}</td>
              <td className={css.number}>{formatCount(flight.total_seats)}</td>
              <td className={css.number}>{formatCount(flight.total_seats - flight.available_seats)}</td>
              <td className={css.number}>{formatCount(flight.available_seats)}</td>
              <td className={css.number}>{money(String(flight.price), flight.currency)}</td>
              <td>
                <StatusBadge status={flight.status} />
              </td>
            </tr>
          ))}
        </Table>
      )}
      <MoreButton query={query} />
      {isCreating && (
        <FlightForm
          onClose={form.close}
          onSaved={({ id }) => navigate({ to: '/operations/flights/$flightId', params: { flightId: id } })}
        />
      )}
    </>
  );
}
