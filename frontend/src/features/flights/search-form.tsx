import { ActionIcon, Button } from '@mantine/core';
import { DatePickerInput } from '@mantine/dates';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { SwapIcon } from '@/components/icons';
import { ProblemNote } from '@/components/problem-note';
import { SeatCount } from '@/components/seat-count';
import { meantPlace } from '@/lib/places';
import { retryable, retryDelay } from '@/lib/query';
import { addDays, today } from '@/lib/time';
import type { Route } from './api';
import { PlaceInput } from './place-input';
import css from './search-form.module.css';

export interface Search extends Route {
  seats: number;
}

interface Props {
  initial: Partial<Search>;
  onSearch: (search: Search) => void;
}

type Faults = Partial<Record<'from' | 'to', string>>;

export function SearchForm({ initial, onSearch }: Props) {
  const [from, setFrom] = useState(initial.from ?? '');
  const [to, setTo] = useState(initial.to ?? '');
  const [date, setDate] = useState(initial.date ?? addDays(today(), 1));
  const [seats, setSeats] = useState(initial.seats ?? 1);
  const [faults, setFaults] = useState<Faults>({});
  const queries = useQueryClient();
  const dayId = useId();
  const fromField = useRef<HTMLInputElement>(null);
  const toField = useRef<HTMLInputElement>(null);

  // The address is the truth: going back, or another day in the strip, changes the form as well.
  useEffect(() => {
    setFaults({});
    if (initial.from !== undefined) setFrom(initial.from);
    if (initial.to !== undefined) setTo(initial.to);
    if (initial.date !== undefined) setDate(initial.date);
    if (initial.seats !== undefined) setSeats(initial.seats);
  }, [initial.from, initial.to, initial.date, initial.seats]);

  const find = useMutation({
    mutationFn: async () => {
      const [start, end] = await Promise.all(
        [from, to].map((words) => (words.trim() ? meantPlace(queries, words) : '')),
      );
      return { from: start, to: end };
    },
    retry: retryable,
    retryDelay,
    onSuccess: (meant) => {
      const found = faultsOf(meant);
      setFaults(found);
      // As the fields would have it once they are left.
      if (meant.from) setFrom(meant.from);
      if (meant.to) setTo(meant.to);
      if (meant.from && meant.to && !found.to) onSearch({ from: meant.from, to: meant.to, date, seats });
    },
  });

  // The first field that has to change takes the focus, after its fault is shown.
  useEffect(() => {
    const found = find.data && faultsOf(find.data);
    (found?.from ? fromField : found?.to ? toField : null)?.current?.focus();
  }, [find.data]);

  /** What is being changed is no longer wrong. */
  function change(field: 'from' | 'to', name: string) {
    (field === 'from' ? setFrom : setTo)(name);
    setFaults(({ [field]: _, ...others }) => others);
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!find.isPending) find.mutate();
  }

  return (
    <form aria-label="Find a flight" className={css.form} onSubmit={submit} noValidate>
      <div className={css.places}>
        <PlaceInput
          ref={fromField}
          className={css.from}
          label="From"
          value={from}
          onChange={(name) => change('from', name)}
          error={faults.from}
        />
        <ActionIcon
          className={css.swap}
          variant="default"
          radius="xl"
          size={36}
          aria-label="Swap from and to"
          onClick={() => {
            setFrom(to);
            setTo(from);
            setFaults({});
          }}
        >
          <SwapIcon size={18} />
        </ActionIcon>
        <PlaceInput
          ref={toField}
          className={css.to}
          label="To"
          value={to}
          onChange={(name) => change('to', name)}
          error={faults.to}
        />
      </div>
      <DatePickerInput
        label="Day of departure"
        size="md"
        value={date}
        onChange={(day) => day && setDate(day)}
        minDate={today()}
        valueFormat="ddd D MMM YYYY"
        weekendDays={[]}
        hideOutsideDates
        ariaLabels={{ previousMonth: 'Month before', nextMonth: 'Month after' }}
        // The same id, so that the calendar is named by the field's label.
        id={dayId}
        popoverProps={{ shadow: 'md', id: dayId }}
      />
      <SeatCount label="Seats" value={seats} onChange={setSeats} />
      <Button type="submit" className={css.submit} loading={find.isPending}>
        Search
      </Button>
      {find.error && <ProblemNote error={find.error} title="The search could not be made." />}
    </form>
  );
}

/** Empty: nothing was typed. Null or undefined: nobody knows the place. */
function faultsOf({ from, to }: { from: string | null | undefined; to: string | null | undefined }): Faults {
  const faults: Faults = {};
  if (!from) faults.from = from === '' ? 'Where does it start?' : 'No place is called that.';
  if (!to) faults.to = to === '' ? 'Where does it go?' : 'No place is called that.';
  if (from && from === to) faults.to = 'Choose another place than the start.';
  return faults;
}
