import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { ArrowIcon } from '@/components/icons';
import { EmptyNote } from '@/components/messages/empty-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import { placeQueries } from '@/lib/places';
import { addDays, today } from '@/lib/time/time';
import { CheapestFares } from './cheapest-fares';
import { recentSearches } from './recent-searches';
import css from './starting-points.module.css';

const FIRST_PLACES = 14;

interface Props {
  onPlace: (name: string) => void;
  /** Shown first: the user's own bookings and waiting lists. */
  children?: ReactNode;
}

/** The home page before a search: recent searches, low fares, and places to fly from, those with most flights first. */
export function StartingPoints({ onPlace, children }: Props) {
  const query = useQuery(placeQueries.names());
  const busiest = useQuery(placeQueries.suggestions('', FIRST_PLACES));
  const places = query.data;
  const [all, setAll] = useState(false);
  const recent = recentSearches();

  if (places?.length === 0) {
    return (
      <EmptyNote title={t`No flights yet`}>
        <Trans>
          Nothing is on sale. An administrator can upload a schedule under{' '}
          <Link to="/operations/imports">Operations</Link>.
        </Trans>
      </EmptyNote>
    );
  }
  // If the list of the busiest places cannot be loaded, the first places of all are shown.
  const few =
    busiest.data?.map(({ name }) => name) ?? (busiest.isError ? places?.slice(0, FIRST_PLACES) : null) ?? [];
  return (
    <div className={css.points}>
      {children}
      {recent.length > 0 && (
        <section>
          <h2>{t`Recent searches`}</h2>
          <ul className={css.recent}>
            {recent.map(({ from, to }) => (
              <li key={`${from} ${to}`}>
                <Link to="/" search={{ from, to, date: addDays(today(), 1) }}>
                  {from} <ArrowIcon size={16} /> {to}
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
      <CheapestFares />
      {places ? (
        few.length > 0 && (
          <section>
            <h2>
              {plural(
                { count: places.length },
                {
                  one: 'Where from? # place to choose from',
                  other: 'Where from? # places to choose from',
                },
              )}
            </h2>
            <ul className={css.places}>
              {(all ? places : few).map((name) => (
                <li key={name}>
                  <button type="button" onClick={() => onPlace(name)}>
                    {name}
                  </button>
                </li>
              ))}
            </ul>
            {places.length > few.length && (
              <Button variant="subtle" size="compact-sm" onClick={() => setAll(!all)} aria-expanded={all}>
                {all ? t`Show fewer` : t`Show all ${{ number: places.length }}`}
              </Button>
            )}
          </section>
        )
      ) : (
        <QueryFallback
          query={query}
          loading={t`Loading the places`}
          failed={t`The places could not be loaded.`}
          heights={[28, 84]}
        />
      )}
    </div>
  );
}
