import { Button, Group, NumberInput, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ProblemNote } from '@/components/messages/problem-note';
import type { FlightBody } from '@/features/operations/api-types';
import { SidePanel } from '@/features/operations/components/dialog';
import css from '@/features/operations/components/shared.module.css';
import type { Flight } from '@/lib/api-types';
import { asProblem } from '@/lib/problem';
import { instantOf, localText } from '@/lib/time/local';
import { supportedZone } from '@/lib/time/time';
import { useCreateFlight, useReplaceFlight } from './queries';
import { TimeField, usePlaceZone } from './time-field';

interface Props {
  /** The flight that is changed, and the ETag with which it was read. Without it, a new flight is created. */
  known?: { flight: Flight; etag: string | null };
  onClose: () => void;
  onSaved: (flight: Flight) => void;
}

interface Draft {
  flight_number: string;
  source: string;
  destination: string;
  /** The local time of the place, as `YYYY-MM-DDTHH:MM`. */
  departure: string;
  arrival: string;
  total_seats: string | number;
  price: string;
  currency: string;
}

/** Creates or changes a flight. If it was changed by another user in the meantime, the server refuses the change, and the form says so. */
export function FlightForm({ known: read, onClose, onSaved }: Props) {
  // The page may load a newer version while the form is open. The form was filled in from this one.
  const [known] = useState(read);
  const [draft, setDraft] = useState<Draft>(known ? draftOf(known.flight) : EMPTY);
  const sourceZone = usePlaceZone(draft.source, known && sourceOf(known.flight));
  const destinationZone = usePlaceZone(draft.destination, known && destinationOf(known.flight));
  const departure = sourceZone.isCertain
    ? instantFor('departure', draft, sourceZone.zone, known?.flight)
    : null;
  const arrival = destinationZone.isCertain
    ? instantFor('arrival', draft, destinationZone.zone, known?.flight)
    : null;
  const create = useCreateFlight();
  const replace = useReplaceFlight(known?.flight.id ?? '');
  const error = create.error ?? replace.error;
  const errors = new Map(error ? asProblem(error).errors.map((each) => [each.pointer, each.message]) : []);
  const stale = error && asProblem(error).code === 'stale_version';
  const field = (name: keyof Draft, pointer: string) => ({
    size: 'sm',
    required: true,
    value: draft[name],
    error: errors.get(pointer),
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) => {
      const { value } = currentTarget;
      setDraft((now) => ({ ...now, [name]: value }));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const saved = {
      onSuccess: (flight: Flight) => {
        onSaved(flight);
        onClose();
      },
    };
    if (departure === null || arrival === null) return;
    const body = bodyOf(draft, departure, arrival);
    if (known) replace.mutate({ body, etag: known.etag }, saved);
    else create.mutate(body, saved);
  };
  return (
    <SidePanel title={known ? `Change ${known.flight.flight_number}` : 'New flight'} onClose={onClose}>
      <form className={css.form} onSubmit={submit}>
        {error && (
          <ProblemNote
            error={error}
            title={
              stale
                ? 'Somebody has changed this flight since you opened it. Close the form, look, and try again.'
                : 'The flight was not saved.'
            }
          />
        )}
        <TextInput label="Flight number" data-autofocus {...field('flight_number', '/flight_number')} />
        <div className={css.pair}>
          <TextInput label="From" placeholder="DEL or Delhi" {...field('source', '/source')} />
          <TextInput label="To" placeholder="BOM or Mumbai" {...field('destination', '/destination')} />
        </div>
        <TimeField
          label="Departure"
          value={draft.departure}
          place={sourceZone}
          error={errors.get('/departure_ts')}
          onChange={(text) => setDraft((now) => ({ ...now, departure: text }))}
        />
        <TimeField
          label="Arrival"
          value={draft.arrival}
          place={destinationZone}
          error={errors.get('/arrival_ts')}
          onChange={(text) => setDraft((now) => ({ ...now, arrival: text }))}
        />
        <NumberInput
          label="Seats"
          description={known && 'Never fewer than are held and sold'}
          size="sm"
          required
          min={1}
          allowDecimal={false}
          value={draft.total_seats}
          error={errors.get('/total_seats')}
          onChange={(value) => setDraft((now) => ({ ...now, total_seats: value }))}
        />
        <div className={css.pair}>
          <TextInput label="Price of a seat" inputMode="decimal" {...field('price', '/price')} />
          <TextInput label="Currency" {...field('currency', '/currency')} />
        </div>
        <Group justify="flex-end">
          <Button size="sm" variant="default" onClick={onClose}>
            Close without saving
          </Button>
          <Button
            size="sm"
            type="submit"
            loading={create.isPending || replace.isPending}
            // The instants are only known when the zones of both places are.
            disabled={!sourceZone.isCertain || !destinationZone.isCertain}
          >
            {known ? 'Save' : 'Create the flight'}
          </Button>
        </Group>
      </form>
    </SidePanel>
  );
}

const EMPTY: Draft = {
  flight_number: '',
  source: '',
  destination: '',
  departure: '',
  arrival: '',
  total_seats: 180,
  price: '',
  currency: 'INR',
};

function sourceOf(flight: Flight) {
  return { place: flight.source_iata ?? flight.source, zone: flight.source_timezone };
}

function destinationOf(flight: Flight) {
  return { place: flight.destination_iata ?? flight.destination, zone: flight.destination_timezone };
}

/** A time that was not changed keeps its instant, with its seconds, also in the hour that occurs twice when summer time ends. */
function instantFor(
  end: 'departure' | 'arrival',
  draft: Draft,
  zone: string | null,
  before: Flight | undefined,
): string | null {
  const text = draft[end];
  const instant = before?.[`${end}_ts`];
  return instant && localText(instant, zone) === text ? instant : instantOf(text, zone);
}

function draftOf(flight: Flight): Draft {
  return {
    flight_number: flight.flight_number,
    source: sourceOf(flight).place,
    destination: destinationOf(flight).place,
    departure: localText(flight.departure_ts, supportedZone(flight.source_timezone)),
    arrival: localText(flight.arrival_ts, supportedZone(flight.destination_timezone)),
    total_seats: flight.total_seats,
    price: String(flight.price),
    currency: flight.currency,
  };
}

function bodyOf(draft: Draft, departure: string, arrival: string): FlightBody {
  return {
    flight_number: draft.flight_number,
    source: draft.source,
    destination: draft.destination,
    departure_ts: departure,
    arrival_ts: arrival,
    total_seats: Number(draft.total_seats),
    price: draft.price,
    currency: draft.currency,
  };
}
