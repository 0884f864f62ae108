import { Button, Tabs } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import { Changes } from '@/features/operations/changes';
import { ConfirmedButton } from '@/features/operations/integrations/confirmed-button';
import { Head } from '@/features/operations/parts/console';
import { Facts } from '@/features/operations/parts/facts';
import css from '@/features/operations/parts/pieces.module.css';
import { changes } from '@/features/operations/parts/reads-only';
import { StatusMark } from '@/features/operations/parts/status-mark';
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
  const query = useQuery(flightQueries.detail(flightId));
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
  return <Known flight={query.data.flight} etag={query.data.etag} mayChange={mayChange} />;
}

interface KnownProps {
  flight: FlightData;
  etag: string | null;
  mayChange: boolean;
}

function Known({ flight, etag, mayChange }: KnownProps) {
  const [edits, form] = useDisclosure(false);
  const [cancels, cancel] = useDisclosure(false);
  const [tab, setTab] = useState<string | null>('passengers');
  const remove = useDeleteFlight(flight.id);
  const navigate = useNavigate();
  const open = flight.status === 'SCHEDULED' && Date.parse(flight.departure_ts) > Date.now();
  return (
    <>
      <Link to="/operations/flights" className={css.back}>
        All flights
      </Link>
      <Head title={flight.flight_number}>
        <Button size="xs" variant="default" {...changes(mayChange)} onClick={form.open}>
          Change
        </Button>
        {open && (
          <Button size="xs" variant="default" c="var(--danger)" {...changes(mayChange)} onClick={cancel.open}>
            Cancel the flight…
          </Button>
        )}
        {flight.available_seats === flight.total_seats && (
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
        <Seats flightId={flight.id} />
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
