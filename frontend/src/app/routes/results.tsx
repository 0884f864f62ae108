import { t } from '@lingui/core/macro';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { SearchParams } from '@/app/search-params';
import { QueryFallback } from '@/components/messages/query-fallback';
import { WatchFareOfDay } from '@/features/fares/watch-button';
import { useFlights } from '@/features/flights/queries';
import { DayStrip } from '@/features/search/days/day-strip';
import { useEarliestDay } from '@/features/search/form/leg-fields';
import { parsePicked, pickedText } from '@/features/search/results/choice-link';
import { filterCount } from '@/features/search/results/filters';
import { NothingFound } from '@/features/search/results/nothing-found';
import { PAGE_SIZE, ResultList, type View } from '@/features/search/results/result-list';
import { type ChosenLegs, FIRST_LEG } from '@/features/search/results/search-result';
import { type Trip, tripParams } from '@/features/search/trip';
import type { Flight } from '@/lib/api-types';
import { fromTo } from '@/lib/itineraries';
import { localSchedule, timesText, wholeSchedule } from '@/lib/time/schedule';
import { dayText } from '@/lib/time/time';
import css from './results.module.css';

const route = getRouteApi('/');

/** The results for the next leg to be chosen. The legs that were chosen before are listed above, and can be chosen again. */
export function Results({ trip: { legs, seats } }: { trip: Trip }) {
  const params = route.useSearch();
  const navigate = useNavigate({ from: '/' });
  const picked = parsePicked(params.picked).slice(0, legs.length - 1);
  const step = picked.length;
  const leg = legs[step];
  const chosen = useFlights(picked.flat());
  const title = useFocusOnStep(step, chosen.data !== undefined);
  const earliest = useEarliestDay(leg?.from ?? '');
  if (!leg) return null;

  /** The search parameters with a changed leg. The choices before it are kept. */
  const withLeg = (change: object): SearchParams => ({
    ...tripParams(legs.map((each, index) => (index === step ? { ...each, ...change } : each))),
    ...(seats > 1 && { seats }),
    ...(step > 0 && { picked: pickedText(picked) }),
    ...(params.sort && { sort: params.sort }),
  });

  if (!chosen.data) {
    return (
      <>
        <QueryFallback
          query={chosen}
          loading={t`Loading the flights that you chose`}
          failed={t`The flights that you chose could not be loaded.`}
          heights={[64, 64]}
        />
        {chosen.error && (
          <Link to="/" search={({ picked: _, ...current }) => current}>
            {t`Choose again from the first flight`}
          </Link>
        )}
      </>
    );
  }
  const several = legs.length > 1;
  return (
    <>
      {several && <Steps legs={legs} picked={picked} flights={chosen.data} />}
      {several && (
        <h2 ref={title} tabIndex={-1} className={css.title}>
          {t`Flight ${{ number: step + 1 }} of ${{ all: legs.length }}: ${{ route: fromTo(leg.from, leg.to) }}, ${{ day: dayText(leg.date) }}`}
        </h2>
      )}
      <DayStrip route={leg} seats={seats} onDay={(date) => withLeg({ date })} />
      {leg.date >= earliest && <WatchFareOfDay from={leg.from} to={leg.to} date={leg.date} seats={seats} />}
      <ResultList
        route={leg}
        seats={seats}
        before={beforeOf(chosen.data, legs.length - step - 1)}
        choice={{ before: picked, legFollows: step < legs.length - 1, seats }}
        view={{ sort: params.sort ?? 'best', filters: params.filters ?? {}, show: params.show ?? PAGE_SIZE }}
        onView={(change) =>
          navigate({ search: (current) => withView(current, change), resetScroll: false, replace: true })
        }
        nothingFound={<NothingFound route={leg} seats={seats} onLeg={withLeg} />}
      />
    </>
  );
}

function beforeOf(flights: readonly Flight[], legsAfter: number): ChosenLegs {
  const last = flights.at(-1);
  if (!last) return { ...FIRST_LEG, legsAfter };
  return { flights: flights.length, arrival: last.arrival_ts, currency: last.currency, legsAfter };
}

/** Default values are left out of the address. A change of filters or of the order shows the first rows again. */
function withView({ sort, filters, show, ...others }: SearchParams, change: Partial<View>): SearchParams {
  const next = { sort: sort ?? 'best', filters: filters ?? {}, show: PAGE_SIZE, ...change };
  return {
    ...others,
    ...(next.sort !== 'best' && { sort: next.sort }),
    ...(filterCount(next.filters) > 0 && { filters: next.filters }),
    ...(next.show > PAGE_SIZE && { show: next.show }),
  };
}

interface StepsProps {
  legs: Trip['legs'];
  picked: readonly string[][];
  /** Those that were picked, in order. */
  flights: readonly Flight[];
}

/** The legs of the trip: those that were chosen, each with a link to change it, and those that are still to be chosen. */
function Steps({ legs, picked, flights }: StepsProps) {
  return (
    <ol className={css.steps}>
      {legs.map(({ from, to, date }, index) => {
        const ids = picked[index];
        const begin = picked.slice(0, index).flat().length;
        const own = ids ? flights.slice(begin, begin + ids.length) : [];
        return (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: the legs of an address never change their order
            key={index}
            aria-current={index === picked.length ? 'step' : undefined}
            data-chosen={own.length > 0 || undefined}
          >
            <span>
              {fromTo(from, to)}, {dayText(date)}
            </span>
            {own.length > 0 && (
              <>
                <strong>{flightsText(own)}</strong>
                <Link
                  to="/"
                  search={({ picked: _, show: __, filters: ___, ...current }) => ({
                    ...current,
                    ...(index > 0 && { picked: pickedText(picked.slice(0, index)) }),
                  })}
                  resetScroll={false}
                  aria-label={t`Change ${{ route: fromTo(from, to) }}`}
                >
                  {t`Change`}
                </Link>
              </>
            )}
          </li>
        );
      })}
    </ol>
  );
}

/** `06:20 to 08:35, AI-202` */
function flightsText(flights: readonly Flight[]): string {
  const times = timesText(localSchedule(wholeSchedule(flights)));
  return `${times}, ${flights.map(({ flight_number }) => flight_number).join(', ')}`;
}

/** After a leg was chosen, the title of the next one takes the focus once it is drawn: the row that was pressed is gone. */
function useFocusOnStep(step: number, drawn: boolean) {
  const title = useRef<HTMLHeadingElement>(null);
  const shown = useRef(step);
  useEffect(() => {
    if (shown.current === step || !drawn) return;
    shown.current = step;
    title.current?.focus({ preventScroll: true });
    title.current?.scrollIntoView({ block: 'start' });
  }, [step, drawn]);
  return title;
}
