import { t } from '@lingui/core/macro';
import { Button, SegmentedControl } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useReducer, useRef, useState } from 'react';
import { SeatCount } from '@/components/controls/seat-count';
import { ProblemNote } from '@/components/messages/problem-note';
import { DateField } from '@/features/search/days/date-field';
import { MAX_FLIGHTS, type Trip } from '@/features/search/trip';
import { findPlaceName } from '@/lib/places';
import { RETRY } from '@/lib/query-client';
import { type LegErrors, LegFields, useEarliestDay } from './leg-fields';
import css from './search-form.module.css';
import { daysOf, type Kind, type LegDraft, type TripDraft, withAnotherLeg, withKind } from './trip-draft';

interface Props {
  /** The search in the address of the page; without a complete search, the names of the first leg that are known. */
  initial: TripDraft;
  onSearch: (trip: Trip) => void;
}

const kinds = (): { value: Kind; label: string }[] => [
  { value: 'one-way', label: t`One way` },
  { value: 'return', label: t`Return` },
  { value: 'multi-city', label: t`Multi-city` },
];

/** The search form: one way, return or multi-city; the legs and the number of seats. */
export function SearchForm({ initial, onSearch }: Props) {
  const [draft, setDraft] = useState(initial);
  const [errors, setErrors] = useState<Record<number, LegErrors>>({});
  const [refusals, countRefusal] = useReducer((count: number) => count + 1, 0);
  const form = useRef<HTMLFormElement>(null);
  const earliest = useEarliestDay(draft.legs[0]?.from ?? '');
  const days = daysOf(draft, earliest);
  const search = useSearch(draft, days, setDraft, onSearch, (wrong) => {
    setErrors(wrong);
    countRefusal();
  });

  // The form shows what the address of the page says, also after going back or choosing another day below.
  const address = JSON.stringify(initial);
  useEffect(() => {
    setErrors({});
    setDraft(JSON.parse(address));
  }, [address]);

  // The first field that has to change takes the focus, once its error is shown.
  useEffect(() => {
    if (refusals > 0) form.current?.querySelector<HTMLInputElement>('[aria-invalid="true"]')?.focus();
  }, [refusals]);

  /** The error of a field goes away when the field changes. */
  function changeLeg(leg: LegDraft, change: Partial<LegDraft>) {
    setDraft({
      ...draft,
      legs: draft.legs.map((each) => (each.key === leg.key ? { ...each, ...change } : each)),
    });
    setErrors((known) => {
      const { from, to } = known[leg.key] ?? {};
      const left = { ...(from && !('from' in change) && { from }), ...(to && !('to' in change) && { to }) };
      return { ...known, [leg.key]: left };
    });
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!search.isPending) search.mutate();
  }

  return (
    <form ref={form} aria-label={t`Find a flight`} className={css.form} onSubmit={submit} noValidate>
      <div className={css.kind}>
        <SegmentedControl
          aria-label={t`Kind of trip`}
          size="sm"
          value={draft.kind}
          onChange={(kind) => setDraft(withKind(draft, kind as Kind))}
          data={kinds()}
        />
      </div>
      {draft.legs.map((leg, index) => (
        <div key={leg.key} className={css.line} data-several={draft.legs.length > 1 || undefined}>
          <LegFields
            leg={leg}
            number={index + 1}
            errors={errors[leg.key] ?? {}}
            onChange={(change) => changeLeg(leg, change)}
          >
            <div className={css.day}>
              <DateField
                label={index === 0 ? t`Day of departure` : t`Day of flight ${{ number: index + 1 }}`}
                value={days.legs[index] ?? earliest}
                onChange={(date) => changeLeg(leg, { date })}
                earliest={days.legs[index - 1] ?? earliest}
                from={leg.from.trim()}
                to={leg.to.trim()}
                seats={draft.seats}
              />
            </div>
            {days.back && (
              <div className={css.day}>
                <DateField
                  label={t`Day of return`}
                  value={days.back}
                  onChange={(back) => setDraft({ ...draft, back })}
                  earliest={days.legs[0] ?? earliest}
                  from={leg.to.trim()}
                  to={leg.from.trim()}
                  seats={draft.seats}
                />
              </div>
            )}
          </LegFields>
          {draft.kind === 'multi-city' && draft.legs.length > 2 && (
            <Button
              variant="subtle"
              size="compact-md"
              className={css.remove}
              aria-label={t`Remove flight ${{ number: index + 1 }}`}
              onClick={() => setDraft({ ...draft, legs: draft.legs.filter(({ key }) => key !== leg.key) })}
            >
              {t`Remove`}
            </Button>
          )}
        </div>
      ))}
      <div className={css.last}>
        {draft.kind === 'multi-city' && draft.legs.length < MAX_FLIGHTS && (
          <Button variant="default" onClick={() => setDraft(withAnotherLeg(draft))}>
            {t`Add a flight`}
          </Button>
        )}
        <SeatCount label={t`Seats`} value={draft.seats} onChange={(seats) => setDraft({ ...draft, seats })} />
        <Button type="submit" className={css.submit} loading={search.isPending}>
          {t`Search`}
        </Button>
      </div>
      {search.error && <ProblemNote error={search.error} title={t`The search could not be made.`} />}
    </form>
  );
}

/** Resolves the typed places, shows their names in the form, and then either searches or reports errors. */
function useSearch(
  draft: TripDraft,
  days: ReturnType<typeof daysOf>,
  setDraft: (draft: TripDraft) => void,
  onSearch: (trip: Trip) => void,
  /** Gets the errors by the keys of the legs. */
  onErrors: (errors: Record<number, LegErrors>) => void,
) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => {
      const find = (text: string) => (text.trim() ? findPlaceName(queries, text) : '');
      return Promise.all(
        draft.legs.map(async ({ from, to }) => {
          const [source, destination] = await Promise.all([find(from), find(to)]);
          return { from: source, to: destination };
        }),
      );
    },
    ...RETRY,
    onSuccess: (found) => {
      const errors = draft.legs.flatMap(({ key }, index) => {
        const errors = errorsOf(found[index] ?? { from: null, to: null });
        return Object.keys(errors).length > 0 ? [[key, errors] as const] : [];
      });
      const legs = draft.legs.map((leg, index) => ({
        ...leg,
        from: found[index]?.from || leg.from,
        to: found[index]?.to || leg.to,
      }));
      setDraft({ ...draft, legs });
      if (errors.length > 0) onErrors(Object.fromEntries(errors));
      else onSearch({ legs: legsWithDays(legs, days), seats: draft.seats });
    },
  });
}

function legsWithDays(legs: readonly LegDraft[], days: ReturnType<typeof daysOf>): Trip['legs'] {
  const there = legs.map(({ from, to }, index) => ({ from, to, date: days.legs[index] ?? '' }));
  const [first] = there;
  return first && days.back ? [first, { from: first.to, to: first.from, date: days.back }] : there;
}

/** The names of the places that were found: null where there is none, an empty string where nothing was typed. */
interface FoundPlaces {
  from: string | null;
  to: string | null;
}

function errorsOf({ from, to }: FoundPlaces): LegErrors {
  const errors: LegErrors = {};
  if (!from) errors.from = from === '' ? t`Where do you fly from?` : t`There is no place with this name.`;
  if (!to) errors.to = to === '' ? t`Where do you fly to?` : t`There is no place with this name.`;
  if (from && from === to) errors.to = t`Choose another place to fly to.`;
  return errors;
}
