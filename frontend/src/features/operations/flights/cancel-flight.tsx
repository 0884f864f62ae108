import { Button, Group, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import type { FlightImpact } from '@/features/operations/api-types';
import { DescriptionList } from '@/features/operations/components/description-list';
import { Dialog } from '@/features/operations/components/dialog';
import { formatCount } from '@/features/operations/components/format';
import css from '@/features/operations/components/shared.module.css';
import type { Flight } from '@/lib/api-types';
import { money } from '@/lib/money';
import { flightQueries, useCancelFlight } from './queries';

interface Props {
  flight: Flight;
  onClose: () => void;
}

/** Cancels a flight, after its impact was shown and a reason was given. */
export function CancelFlight({ flight, onClose }: Props) {
  const impact = useQuery(flightQueries.impact(flight.id));
  const cancel = useCancelFlight(flight.id);
  const [reason, setReason] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    cancel.mutate(reason.trim(), { onSuccess: onClose });
  };
  return (
    <Dialog title={`Cancel ${flight.flight_number}`} onClose={onClose}>
      <form className={css.form} onSubmit={submit}>
        {impact.data ? (
          <DescriptionList items={impactItems(impact.data)} />
        ) : (
          <QueryFallback
            query={impact}
            loading="Counting who is affected"
            failed="Who is affected could not be counted."
            heights={[120]}
          />
        )}
        <p>
          From then on nobody finds or books the flight. Every booking on it ends, everybody is notified, and
          all that was paid goes back. This cannot be undone.
        </p>
        <TextInput
          label="Reason"
          description="Travellers and the audit log get these words"
          size="sm"
          required
          data-autofocus
          maxLength={200}
          value={reason}
          onChange={({ currentTarget }) => setReason(currentTarget.value)}
        />
        {cancel.isError && <ProblemNote error={cancel.error} title="The flight was not cancelled." />}
        <Group justify="flex-end">
          <Button size="sm" variant="default" onClick={onClose}>
            Keep the flight
          </Button>
          <Button
            size="sm"
            color="red"
            type="submit"
            loading={cancel.isPending}
            disabled={!impact.data || !reason.trim()}
          >
            {impact.data?.bookings
              ? `Cancel, and end ${formatCount(impact.data.bookings)} ${impact.data.bookings === 1 ? 'booking' : 'bookings'}`
              : 'Cancel the flight'}
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}

function impactItems(impact: FlightImpact) {
  const back = impact.refunds.map(({ amount, currency }) => money(amount, currency)).join(' and ');
  return [
    ['Bookings that end', formatCount(impact.bookings)],
    ['of them confirmed', formatCount(impact.confirmed)],
    ['held', formatCount(impact.held)],
    ['waiting for seats', formatCount(impact.pending)],
    ['with further flights', formatCount(impact.trips)],
    ['Travellers', formatCount(impact.seats)],
    ['Money that goes back', back || 'none'],
    ['Parties in the waiting list', formatCount(impact.waiting_parties)],
  ] as const;
}
