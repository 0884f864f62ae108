import { Button, Group, NumberInput, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ProblemNote } from '@/components/messages/problem-note';
import { SidePanel } from '@/features/operations/parts/dialog';
import css from '@/features/operations/parts/pieces.module.css';
import type { FlightBody } from '@/features/operations/wire';
import { asProblem } from '@/lib/problem';
import { instantOf, localText } from '@/lib/time/local';
import { knownZone } from '@/lib/time/time';
import type { Flight } from '@/lib/wire';
import { useCreateFlight, useReplaceFlight } from './queries';
import { TimeField, useClocks } from './time-field';

interface Props {
  /** The flight that is changed, with the tag that it was read with; none: a new one is made. */
  known?: { flight: Flight; etag: string | null };
  onClose: () => void;
  onSaved: (flight: Flight) => void;
}

interface Draft {
  flight_number: string;
  source: string;
  destination: string;
  /** On the clocks of the place, as `YYYY-MM-DDTHH:MM`. */
  departure: string;
  arrival: string;
  total_seats: string | number;
  price: string;
  currency: string;
}

/** Makes a flight, or changes one. Who changed it in between is not overwritten: the server refuses, and the form says so. */
export function FlightForm({ known: read, onClose, onSaved }: Props) {
  // What the page reads while the form is open must not pass for what was edited here.
  const [known] = useState(read);
  const [draft, setDraft] = useState<Draft>(known ? draftOf(known.flight) : EMPTY);
  const there = useClocks(draft.source, known && sourceOf(known.flight));
  const here = useClocks(draft.destination, known && destinationOf(known.flight));
  const departure = there.settled ? instantFor('departure', draft, there.zone, known?.flight) : null;
  const arrival = here.settled ? instantFor('arrival', draft, here.zone, known?.flight) : null;
  const create = useCreateFlight();
  const replace = useReplaceFlight(known?.flight.id ?? '');
  const error = create.error ?? replace.error;
  const faults = new Map(error ? asProblem(error).errors.map((each) => [each.pointer, each.message]) : []);
  const stale = error && asProblem(error).code === 'stale_version';
  const field = (name: keyof Draft, pointer: string) => ({
    size: 'sm',
    required: true,
    value: draft[name],
    error: faults.get(pointer),
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
          clocks={there}
          error={faults.get('/departure_ts')}
          onChange={(text) => setDraft((now) => ({ ...now, departure: text }))}
        />
        <TimeField
          label="Arrival"
          value={draft.arrival}
          clocks={here}
          error={faults.get('/arrival_ts')}
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
          error={faults.get('/total_seats')}
          onChange={(value) => setDraft((now) => ({ ...now, total_seats: value }))}
        />
        <div className={css.pair}>
          <TextInput label="Price of a seat" inputMode="decimal" {...field('price', '/price')} />
          <TextInput label="Currency" {...field('currency', '/currency')} />
        </div>
        <Group justify="flex-end">
          <Button size="sm" variant="default" onClick={onClose}>
            Leave it
          </Button>
          <Button
            size="sm"
            type="submit"
            loading={create.isPending || replace.isPending}
            // Which instant is meant is not known before the zones of both places are.
            disabled={!there.settled || !here.settled}
          >
            {known ? 'Save' : 'Make the flight'}
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

/** What stays as it is keeps its instant, with its seconds, also in an hour that comes twice. */
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
    departure: localText(flight.departure_ts, knownZone(flight.source_timezone)),
    arrival: localText(flight.arrival_ts, knownZone(flight.destination_timezone)),
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
