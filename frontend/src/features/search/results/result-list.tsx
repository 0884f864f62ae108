import { plural, t } from '@lingui/core/macro';
import { Button, SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useDeferredValue, useLayoutEffect, useRef } from 'react';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import { type RouteOnDay, type Sort, searchQueries } from '@/features/search/queries';
import { usePhone } from '@/lib/hooks/use-phone';
import { asProblem } from '@/lib/problem';
import type { Choice } from './choice-link';
import { FilterPanel } from './filter-panel';
import { type Filters, filterResults } from './filters';
import { bestOf, currenciesOf, isOneCurrency, labelsOf, ranked } from './ranking';
import css from './result-list.module.css';
import { ResultRow } from './result-row';
import { type ChosenLegs, connectingResult, directResult, type SearchResult } from './search-result';

/** Rows that are shown at first, and that each press of the button adds. */
export const PAGE_SIZE = 25;

/** What the address says about how the results are shown. */
export interface View {
  sort: Sort;
  filters: Filters;
  /** How many rows are shown. */
  show: number;
}

interface Props {
  route: RouteOnDay;
  seats: number;
  /** What was chosen on the legs before. */
  before: ChosenLegs;
  choice: Choice;
  view: View;
  onView: (change: Partial<View>) => void;
  /** Shown if there are no results. */
  nothingFound: ReactNode;
}

const sorts = (): { value: Sort; label: string }[] => [
  { value: 'best', label: t`Best` },
  { value: 'price', label: t`Price` },
  { value: 'fastest', label: t`Duration` },
  { value: 'departure', label: t`Departure` },
];

/** All results of a route on a day, direct flights and connections, ranked together. */
export function ResultList({ route, seats, before, choice, view, onView, nothingFound }: Props) {
  const { results, complete, loading, direct, connections } = useResults(route, seats, before, view.sort);
  // On a slow phone, rendering all rows takes some tenths of a second. They are rendered in pieces, so that the page reacts to input in between.
  const wasLoading = useDeferredValue(loading);
  const list = useFocusOnMore(view.show);
  const phone = usePhone();
  const error = direct.error ?? connections.error;

  if (loading || wasLoading) return <Skeletons query={direct} />;
  if (results.length === 0) {
    // An unknown place, or one place twice: there is nothing to find, and `nothingFound` says why.
    if (!error || asProblem(error).status === 422) return nothingFound;
    return (
      <QueryFallback
        query={direct.error ? direct : connections}
        loading={t`Looking for flights`}
        failed={t`The flights could not be loaded.`}
        heights={[]}
      />
    );
  }
  const fitting = filterResults(results, view.filters);
  const shown = ranked(fitting, view.sort).slice(0, view.show);
  const labels = labelsOf(fitting);
  const best = bestOf(fitting);
  return (
    <div className={css.results}>
      <div className={css.bar}>
        <p className={css.found} role="status">
          <strong>{countText(fitting.length, results.length)}</strong>
          {!complete && ` ${t`There may be more.`}`}{' '}
          {direct.error && <span className={css.stale}>{t`Prices and seats may be out of date.`}</span>}
        </p>
        <SegmentedControl
          aria-label={t`Sort by`}
          value={view.sort}
          onChange={(sort) => onView({ sort: sort as Sort })}
          data={sorts()}
        />
      </div>
      <FilterPanel
        results={results}
        matching={fitting.length}
        filters={view.filters}
        onChange={(filters) => onView({ filters })}
      />
      {connections.error && asProblem(connections.error).status !== 422 && (
        <ProblemNote
          error={connections.error}
          title={t`Flights with a change of plane could not be loaded.`}
          onRetry={() => connections.refetch()}
          retrying={connections.isFetching}
        />
      )}
      {!isOneCurrency(fitting) && (
        <p className={css.currencies}>
          {t`Prices are in several currencies (${{ currencies: currenciesOf(fitting).join(', ') }}) and are not compared with each other.`}
        </p>
      )}
      {fitting.length === 0 && (
        <p>
          {t`No flight of this day fits the filters.`}{' '}
          <Button variant="default" size="compact-md" onClick={() => onView({ filters: {} })}>
            {t`Clear the filters`}
          </Button>
        </p>
      )}
      <ul ref={list} className={css.list}>
        {shown.map((result) => (
          <ResultRow
            key={result.key}
            result={result}
            label={labels.get(result.key)}
            best={result.key === best?.key}
            seats={seats}
            choice={choice}
            phone={phone}
          />
        ))}
      </ul>
      {shown.length < fitting.length && (
        <Button variant="default" onClick={() => onView({ show: view.show + PAGE_SIZE })}>
          {t`Show ${{ number: Math.min(PAGE_SIZE, fitting.length - shown.length) }} more`}
        </Button>
      )}
    </div>
  );
}

/** Direct flights and connections in one list. Until both are known nothing is ranked, so that no row jumps. */
function useResults(route: RouteOnDay, seats: number, before: ChosenLegs, sort: Sort) {
  const direct = useQuery(searchQueries.direct(route, sort));
  const connections = useQuery(searchQueries.connections(route, seats, sort));
  const results: SearchResult[] = [
    ...(direct.data?.flights ?? []).map((flight) => directResult(flight, seats, before)),
    ...(connections.data?.itineraries ?? []).map((itinerary) => connectingResult(itinerary, seats, before)),
  ];
  return {
    results,
    complete: direct.data?.complete !== false && connections.data?.complete !== false,
    loading: (!direct.data && !direct.error) || (!connections.data && !connections.error),
    direct,
    connections,
  };
}

function Skeletons({ query }: { query: ReturnType<typeof useResults>['direct'] }) {
  return (
    <QueryFallback
      query={{ ...query, error: null }}
      loading={t`Looking for flights`}
      failed=""
      heights={[64, 64, 64, 64, 64]}
    />
  );
}

/** After more rows were requested, the first of them gets the focus, because the button that was pressed has moved below them. */
function useFocusOnMore(show: number) {
  const list = useRef<HTMLUListElement>(null);
  const before = useRef(show);
  useLayoutEffect(() => {
    if (show > before.current) list.current?.children[before.current]?.querySelector('a')?.focus();
    before.current = show;
  }, [show]);
  return list;
}

function countText(fitting: number, all: number): string {
  if (fitting === all) return plural(all, { one: '# result', other: '# results' });
  return t`${fitting} of ${plural(all, { one: '# result', other: '# results' })}`;
}
