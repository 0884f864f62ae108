import { Button } from '@mantine/core';
import { ItineraryLine } from '@/components/itinerary-line';
import { ProblemNote } from '@/components/problem-note';
import { itineraryOf } from '@/lib/itinerary';
import type { Booking, Segment } from '@/lib/wire';
import { useKeepNewTimes } from './api';
import { CancelButton } from './cancel-button';
import css from './moved-flight.module.css';

/** The airline moved flights of this booking: what was booked beside what is flown now, and the two answers to it. */
export function MovedFlight({ booking }: { booking: Booking }) {
  const keep = useKeepNewTimes(booking.id);
  return (
    <section className={css.panel} aria-label="New times">
      {booking.segments.map((segment) => (
        <Move key={segment.booking_id} segment={segment} />
      ))}
      {keep.error && <ProblemNote error={keep.error} title="The new times were not kept." />}
      <div className={css.answers}>
        <Button loading={keep.isPending} onClick={() => keep.mutate()}>
          Keep the new times
        </Button>
        <CancelButton booking={booking}>Cancel free of charge</CancelButton>
      </div>
    </section>
  );
}

function Move({ segment: { flight, schedule_change: change } }: { segment: Segment }) {
  if (!change || change.action) return null;
  const { old_departure_ts, old_arrival_ts, new_departure_ts, new_arrival_ts } = change;
  return (
    <div className={css.move}>
      <h2>{flight.flight_number}</h2>
      <div className={css.old}>
        <h3>Booked</h3>
        <ItineraryLine
          itinerary={itineraryOf({ ...flight, departure_ts: old_departure_ts, arrival_ts: old_arrival_ts })}
          large
        />
      </div>
      <div>
        <h3>New</h3>
        <ItineraryLine
          itinerary={itineraryOf({ ...flight, departure_ts: new_departure_ts, arrival_ts: new_arrival_ts })}
          large
        />
      </div>
    </div>
  );
}
