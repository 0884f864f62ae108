import { t } from '@lingui/core/macro';
import { Button } from '@mantine/core';
import { ScheduleLine } from '@/components/flights/schedule-line';
import { Card } from '@/components/layout/card';
import { ProblemNote } from '@/components/messages/problem-note';
import { useAcceptScheduleChange } from '@/features/bookings/api/change-booking';
import { CancelButton } from '@/features/bookings/cancellation/cancel-button';
import type { Booking, Segment } from '@/lib/api-types';
import css from './schedule-change.module.css';

/** The booked and the new times of flights that the airline has moved, with buttons to keep the new times or to cancel the booking. */
export function ScheduleChange({ booking }: { booking: Booking }) {
  const accept = useAcceptScheduleChange(booking.id);
  return (
    <Card wide attention aria-label={t`New times`}>
      {booking.segments.map((segment) => (
        <SegmentTimes key={segment.flight.id} segment={segment} />
      ))}
      {accept.error && <ProblemNote error={accept.error} title={t`The new times were not kept.`} />}
      <div className={css.buttons}>
        <Button loading={accept.isPending} onClick={() => accept.mutate()}>
          {t`Keep the new times`}
        </Button>
        <CancelButton booking={booking}>{t`Cancel free of charge`}</CancelButton>
      </div>
    </Card>
  );
}

/** Nothing for a segment that was not moved, or whose new times were accepted before. */
function SegmentTimes({ segment: { flight, schedule_change: change } }: { segment: Segment }) {
  if (!change || change.action) return null;
  const { old_departure_ts, old_arrival_ts, new_departure_ts, new_arrival_ts } = change;
  return (
    <div className={css.segment}>
      <h2>{flight.flight_number}</h2>
      <div className={css.old}>
        <h3>{t`Booked`}</h3>
        <ScheduleLine
          schedule={{ ...flight, departure_ts: old_departure_ts, arrival_ts: old_arrival_ts }}
          large
        />
      </div>
      <div>
        <h3>{t`New`}</h3>
        <ScheduleLine
          schedule={{ ...flight, departure_ts: new_departure_ts, arrival_ts: new_arrival_ts }}
          large
        />
      </div>
    </div>
  );
}
