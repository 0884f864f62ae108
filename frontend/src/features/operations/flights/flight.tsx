import { Button, Tabs } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import { Changes } from '@/features/operations/changes';
import { ConfirmedButton } from '@/features/operations/integrations/confirmed-button';
import { useEvents } from '@/features/operations/live';
import { Head } from '@/features/operations/parts/console';
import consoleCss from '@/features/operations/parts/console.module.css';
import { Facts } from '@/features/operations/parts/facts';
import css from '@/features/operations/parts/pieces.module.css';
import { changes } from '@/features/operations/parts/reads-only';
import { StatusMark } from '@/features/operations/parts/status-mark';
import { operationsQueries } from '@/features/operations/queries';
import { money } from '@/lib/money';
import type { Flight as FlightData } from '@/lib/wire';
import { CancelFlight } from './cancel-flight';
import { FlightForm } from './flight-form';
import { Line } from './line';
import { moment } from './moment';
import { Moved } from './moved';
import { Passengers } from './passengers';
import { flightQueries, useDeleteFlight } from './queries';
import { Seats } from './seats';

const route = getRouteApi('/operations/flights/$flightId');

/** One flight: its seats in both servers, who is on it, who waits, who was told that it moved, and who changed it. */
export function Flight({ mayChange }: { mayChange: boolean }) {
  const { flightId } = route.useParams();
  const queries = useQueryClient();
  const isLive = useEvents([`flight:${flightId}`, `waitlist:${flightId}`], () =>
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
        <Head title="Flight" />
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
  return <Known flight={flight} etag={etag} isLive={isLive} mayChange={mayChange} />;
}

interface KnownProps {
  flight: FlightData;
  etag: string | null;
  isLive: boolean;
  mayChange: boolean;
}

function Known({ flight, etag, isLive, mayChange }: KnownProps) {
  const [edits, form] = useDisclosure(false);
  const [cancels, cancel] = useDisclosure(false);
  const [tab, setTab] = useState<string | null>('passengers');
  const remove = useDeleteFlight(flight.id);
  const navigate = useNavigate();
  const stays = useReasonToStay(flight);
  const open = flight.status === 'SCHEDULED' && Date.parse(flight.departure_ts) > Date.now();
  return (
    <>
      <Link to="/operations/flights" className={css.back}>
        All flights
      </Link>
      <Head title={flight.flight_number}>
        {flight.status === 'SCHEDULED' && (
          <Button size="xs" variant="default" {...changes(mayChange)} onClick={form.open}>
            Change
          </Button>
        )}
        {open && (
          <Button size="xs" variant="default" c="var(--danger)" {...changes(mayChange)} onClick={cancel.open}>
            Cancel the flight…
          </Button>
        )}
        {stays === null && (
          <ConfirmedButton
            verb="Delete"
            of={flight.flight_number}
            busy={remove.isPending}
            mayChange={mayChange}
            onConfirm={() =>
              remove.mutate(etag, { onSuccess: () => navigate({ to: '/operations/flights' }) })
            }
          />
        )}
      </Head>
      {stays && <p className={consoleCss.fine}>{stays}</p>}
      {remove.isError && <ProblemNote error={remove.error} title="The flight was not deleted." />}
      <div className={css.panels}>
        <section className={css.panel} aria-label="Schedule">
          <Facts
            facts={[
              ['Status', <StatusMark key="status" status={flight.status} />],
              ['From', `${flight.source} ${flight.source_iata ?? ''}`],
              ['To', `${flight.destination} ${flight.destination_iata ?? ''}`],
              ['Departure', moment(flight.departure_ts, flight.source_timezone)],
              ['Arrival', moment(flight.arrival_ts, flight.destination_timezone)],
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
          <Tabs.Tab value="line">Waiting list</Tabs.Tab>
          <Tabs.Tab value="moved">Schedule changes</Tabs.Tab>
          <Tabs.Tab value="changes">Audit trail</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="passengers" pt="sm">
          <Passengers flight={flight} />
        </Tabs.Panel>
        <Tabs.Panel value="line" pt="sm">
          <Line flightId={flight.id} />
        </Tabs.Panel>
        <Tabs.Panel value="moved" pt="sm">
          <Moved flight={flight} />
        </Tabs.Panel>
        <Tabs.Panel value="changes" pt="sm">
          <Changes entity="flight" entityId={flight.id} />
        </Tabs.Panel>
      </Tabs>
      {edits && <FlightForm known={{ flight, etag }} onClose={form.close} onSaved={() => undefined} />}
      {cancels && <CancelFlight flight={flight} onClose={cancel.close} />}
    </>
  );
}

/** Why the flight cannot be deleted; null: it can be; undefined: that is not known yet, or its other button says enough. */
function useReasonToStay(flight: FlightData): string | null | undefined {
  const isEmpty = flight.status === 'SCHEDULED' && flight.available_seats === flight.total_seats;
  const booked = useInfiniteQuery({
    ...operationsQueries.bookings({ flight_id: flight.id }),
    enabled: isEmpty,
  });
  const line = useInfiniteQuery({ ...flightQueries.line(flight.id), enabled: isEmpty });
  if (flight.status === 'CANCELLED') return 'A cancelled flight stays as it is, for those who were on it.';
  if (!isEmpty || !booked.data || !line.data) return undefined;
  if (booked.data.pages[0]?.data.length)
    return 'It was booked before, so it cannot be deleted, only cancelled.';
  if (line.data.pages[0]?.data.length)
    return 'It has or had a waiting list, so it cannot be deleted, only cancelled.';
  return null;
}
