import { Button, Group, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import { Dialog } from '@/features/operations/parts/dialog';
import { Facts } from '@/features/operations/parts/facts';
import { count } from '@/features/operations/parts/format';
import css from '@/features/operations/parts/pieces.module.css';
import type { FlightImpact } from '@/features/operations/wire';
import { money } from '@/lib/money';
import type { Flight } from '@/lib/wire';
import { flightQueries, useCancelFlight } from './queries';

interface Props {
  flight: Flight;
  onClose: () => void;
}

/** Cancels a flight, once it was read whom that hits, and a reason was given. */
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
          <Facts facts={hit(impact.data)} />
        ) : (
          <QueryFallback
            query={impact}
            loading="Counting who is affected"
            failed="Who is affected could not be counted."
            heights={[120]}
          />
        )}
        <p>
          From then on nobody finds or books the flight. Every booking on it ends, everybody is told, and all
          that was paid goes back. This cannot be undone.
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
              ? `Cancel, and end ${count(impact.data.bookings)} ${impact.data.bookings === 1 ? 'booking' : 'bookings'}`
              : 'Cancel the flight'}
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}

function hit(impact: FlightImpact) {
  const back = impact.refunds.map(({ amount, currency }) => money(amount, currency)).join(' and ');
  return [
    ['Bookings that end', count(impact.bookings)],
    ['of them confirmed', count(impact.confirmed)],
    ['held', count(impact.held)],
    ['waiting for seats', count(impact.pending)],
    ['with further flights', count(impact.trips)],
    ['Travellers', count(impact.seats)],
    ['Money that goes back', back || 'none'],
    ['Parties in line', count(impact.waiting_parties)],
  ] as const;
}
