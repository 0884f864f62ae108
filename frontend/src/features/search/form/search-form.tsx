import { ActionIcon, Button } from '@mantine/core';
import { DatePickerInput } from '@mantine/dates';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { SeatCount } from '@/components/controls/seat-count';
import { SwapIcon } from '@/components/icons';
import { ProblemNote } from '@/components/messages/problem-note';
import { findPlaceName } from '@/features/search/places';
import type { RouteOnDay } from '@/features/search/queries';
import { RETRY } from '@/lib/query-client';
import { addDays, today } from '@/lib/time';
import { PlaceInput } from './place-input';
import css from './search-form.module.css';

export interface Search extends RouteOnDay {
  seats: number;
}

interface Props {
  initial: Partial<Search>;
  onSearch: (search: Search) => void;
}

/** What is wrong with each field. */
type FieldErrors = Partial<Record<'from' | 'to', string>>;

export function SearchForm({ initial, onSearch }: Props) {
  const [from, setFrom] = useState(initial.from ?? '');
  const [to, setTo] = useState(initial.to ?? '');
  const [date, setDate] = useState(initial.date ?? addDays(today(), 1));
  const [seats, setSeats] = useState(initial.seats ?? 1);
  const [errors, setErrors] = useState<FieldErrors>({});
  const queries = useQueryClient();
  const dayId = useId();
  const fromField = useRef<HTMLInputElement>(null);
  const toField = useRef<HTMLInputElement>(null);

  // The form shows what the address of the page says, also after going back or choosing another day below.
  useEffect(() => {
    setErrors({});
    if (initial.from !== undefined) setFrom(initial.from);
    if (initial.to !== undefined) setTo(initial.to);
    if (initial.date !== undefined) setDate(initial.date);
    if (initial.seats !== undefined) setSeats(initial.seats);
  }, [initial.from, initial.to, initial.date, initial.seats]);

  const search = useMutation({
    mutationFn: async (): Promise<FoundPlaces> => {
      const find = (text: string) => (text.trim() ? findPlaceName(queries, text) : '');
      const [source, destination] = await Promise.all([find(from), find(to)]);
      return { from: source, to: destination };
    },
    ...RETRY,
    onSuccess: (places) => {
      const wrong = errorsOf(places);
      setErrors(wrong);
      if (places.from) setFrom(places.from);
      if (places.to) setTo(places.to);
      if (places.from && places.to && !wrong.to) onSearch({ from: places.from, to: places.to, date, seats });
    },
  });

  // The first field that has to change takes the focus, once its error is shown.
  useEffect(() => {
    const wrong = search.data && errorsOf(search.data);
    (wrong?.from ? fromField : wrong?.to ? toField : null)?.current?.focus();
  }, [search.data]);

  /** The error of a field goes away when the field changes. */
  function change(field: 'from' | 'to', name: string) {
    (field === 'from' ? setFrom : setTo)(name);
    setErrors(({ [field]: _, ...others }) => others);
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!search.isPending) search.mutate();
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
          error={errors.from}
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
            setErrors({});
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
          error={errors.to}
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
        // With the same id, the label of the field also names the calendar.
        id={dayId}
        popoverProps={{ shadow: 'md', id: dayId }}
      />
      <SeatCount label="Seats" value={seats} onChange={setSeats} />
      <Button type="submit" className={css.submit} loading={search.isPending}>
        Search
      </Button>
      {search.error && <ProblemNote error={search.error} title="The search could not be made." />}
    </form>
  );
}

/** The names of the places that were found: null where there is none, an empty string where nothing was typed. */
interface FoundPlaces {
  from: string | null;
  to: string | null;
}

function errorsOf({ from, to }: FoundPlaces): FieldErrors {
  const errors: FieldErrors = {};
  if (!from) errors.from = from === '' ? 'Where do you fly from?' : 'There is no place with this name.';
  if (!to) errors.to = to === '' ? 'Where do you fly to?' : 'There is no place with this name.';
  if (from && from === to) errors.to = 'Choose another place to fly to.';
  return errors;
}
