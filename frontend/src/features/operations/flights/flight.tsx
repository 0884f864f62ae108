import { Button, Tabs } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import { AuditEntries } from '@/features/operations/audit-entries';
import { ConfirmButton } from '@/features/operations/components/confirm-button';
import { PageHeader } from '@/features/operations/components/console';
import consoleCss from '@/features/operations/components/console.module.css';
import { DescriptionList } from '@/features/operations/components/description-list';
import { disabledUnless } from '@/features/operations/components/read-only';
import css from '@/features/operations/components/shared.module.css';
import { StatusBadge } from '@/features/operations/components/status-badge';
import { useReloadOnEvents } from '@/features/operations/live-updates';
import { operationsQueries } from '@/features/operations/queries';
import type { Flight as FlightData } from '@/lib/api-types';
import { money } from '@/lib/money';
import { now } from '@/lib/time/server-clock';
import { CancelFlight } from './cancel-flight';
import { FlightForm } from './flight-form';
import { localTimeText } from './local-time-text';
import { Passengers } from './passengers';
import { flightQueries, useDeleteFlight } from './queries';
import { ScheduleChanges } from './schedule-changes';
import { Seats } from './seats';
import { FlightWaitingList } from './waiting-list';

const route = getRouteApi('/operations/flights/$flightId');

/** One flight: its seats in Postgres and Redis, its travellers, its waiting list, its schedule changes, and its audit trail. */
export function Flight({ mayChange }: { mayChange: boolean }) {
  const { flightId } = route.useParams();
  const queries = useQueryClient();
  const isLive = useReloadOnEvents([`flight:${flightId}`, `waitlist:${flightId}`], () =>
    Promise.all(
      [flightQueries.of(flightId), operationsQueries.bookings({ flight_id: flightId }).queryKey].map(
        (queryKey) => queries.invalidateQueries({ queryKey }),
      ),
    ),
  );
  const query = useQuery(flightQueries.detail(flightId, isLive));
  if (!query.data) {
    return (
      <>
        <PageHeader title="Flight" />
        <QueryFallback
          query={query}
          loading="Loading the flight"
          failed="The flight could not be loaded."
          heights={[180, 320]}
        />
      </>
    );
  }
  const { flight, etag } = query.data;
  return <LoadedFlight flight={flight} etag={etag} isLive={isLive} mayChange={mayChange} />;
}

interface LoadedFlightProps {
  flight: FlightData;
  etag: string | null;
  isLive: boolean;
  mayChange: boolean;
}

function LoadedFlight({ flight, etag, isLive, mayChange }: LoadedFlightProps) {
  const [isEditing, form] = useDisclosure(false);
  const [isCancelling, cancel] = useDisclosure(false);
  const [tab, setTab] = useState<string | null>('passengers');
  const remove = useDeleteFlight(flight.id);
  const navigate = useNavigate();
  const undeletableReason = useUndeletableReason(flight);
  const open = flight.status === 'SCHEDULED' && Date.parse(flight.departure_ts) > now();
  return (
    <>
      <Link to="/operations/flights" className={css.back}>
        All flights
      </Link>
      <PageHeader title={flight.flight_number}>
        {flight.status === 'SCHEDULED' && (
          <Button size="xs" variant="default" {...disabledUnless(mayChange)} onClick={form.open}>
            Change
          </Button>
        )}
        {open && (
          <Button
            size="xs"
            variant="default"
            c="var(--danger)"
            {...disabledUnless(mayChange)}
            onClick={cancel.open}
          >
            Cancel the flight…
          </Button>
        )}
        {undeletableReason === null && (
          <ConfirmButton
            verb="Delete"
            object={flight.flight_number}
            busy={remove.isPending}
            mayChange={mayChange}
            onConfirm={() =>
              remove.mutate(etag, { onSuccess: () => navigate({ to: '/operations/flights' }) })
            }
          />
        )}
      </PageHeader>
      {undeletableReason && <p className={consoleCss.fine}>{undeletableReason}</p>}
      {remove.isError && <ProblemNote error={remove.error} title="The flight was not deleted." />}
      <div className={css.panels}>
        <section className={css.panel} aria-label="Schedule">
          <DescriptionList
            items={[
              ['Status', <StatusBadge key="status" status={flight.status} />],
              ['From', `${flight.source} ${flight.source_iata ?? ''}`],
              ['To', `${flight.destination} ${flight.destination_iata ?? ''}`],
              ['Departure', localTimeText(flight.departure_ts, flight.source_timezone)],
              ['Arrival', localTimeText(flight.arrival_ts, flight.destination_timezone)],
              ['Price of a seat', money(String(flight.price), flight.currency)],
              ['Version', flight.version],
            ]}
          />
        </section>
        <Seats flightId={flight.id} isLive={isLive} />
      </div>
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="passengers">Travellers</Tabs.Tab>
          <Tabs.Tab value="waiting-list">Waiting list</Tabs.Tab>
          <Tabs.Tab value="schedule-changes">Schedule changes</Tabs.Tab>
          <Tabs.Tab value="audit-trail">Audit trail</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="passengers" pt="sm">
          <Passengers flight={flight} />
        </Tabs.Panel>
        <Tabs.Panel value="waiting-list" pt="sm">
          <FlightWaitingList flightId={flight.id} />
        </Tabs.Panel>
        <Tabs.Panel value="schedule-changes" pt="sm">
          <ScheduleChanges flight={flight} />
        </Tabs.Panel>
        <Tabs.Panel value="audit-trail" pt="sm">
          <AuditEntries entity="flight" entityId={flight.id} />
        </Tabs.Panel>
      </Tabs>
      {isEditing && <FlightForm known={{ flight, etag }} onClose={form.close} onSaved={() => undefined} />}
      {isCancelling && <CancelFlight flight={flight} onClose={cancel.close} />}
    </>
  );
}

/** Why the flight cannot be deleted. Null: it can be deleted. Undefined: that is not known yet, or no explanation is needed. */
function useUndeletableReason(flight: FlightData): string | null | undefined {
  const isEmpty = flight.status === 'SCHEDULED' && flight.available_seats === flight.total_seats;
  const booked = useInfiniteQuery({
    ...operationsQueries.bookings({ flight_id: flight.id }),
    enabled: isEmpty,
  });
  const waitingList = useInfiniteQuery({ ...flightQueries.waitingList(flight.id), enabled: isEmpty });
  if (flight.status === 'CANCELLED') return 'A cancelled flight stays as it is, for those who were on it.';
  if (!isEmpty || !booked.data || !waitingList.data) return undefined;
  if (booked.data.pages[0]?.data.length)
    return 'It was booked before, so it cannot be deleted, only cancelled.';
  if (waitingList.data.pages[0]?.data.length)
    return 'It has or had a waiting list, so it cannot be deleted, only cancelled.';
  return null;
}
