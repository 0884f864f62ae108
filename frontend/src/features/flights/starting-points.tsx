import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { EmptyNote } from '@/components/empty-note';
import { ArrowIcon } from '@/components/icons';
import { ProblemNote } from '@/components/problem-note';
import { allPlaces, suggestions } from '@/lib/places';
import { addDays, today } from '@/lib/time';
import { recentSearches } from './recent-searches';
import css from './starting-points.module.css';

const FEW = 14;

/** Before the first search: where one was looking lately, the busiest places, and every other there is. */
export function StartingPoints({ onPlace }: { onPlace: (name: string) => void }) {
  const { data: places, error, isFetching, refetch } = useQuery(allPlaces());
  const { data: busiest } = useQuery(suggestions('', FEW));
  const [all, setAll] = useState(false);
  const recent = recentSearches();

  if (!places && error) {
    return (
      <ProblemNote
        error={error}
        title="The places could not be loaded."
        onRetry={() => refetch()}
        retrying={isFetching}
      />
    );
  }
  if (places?.length === 0) {
    return (
      <EmptyNote title="No flights yet">
        Nothing is on sale. An administrator can upload a schedule under <Link to="/manage">Manage</Link>.
      </EmptyNote>
    );
  }
  const few = busiest?.map(({ name }) => name) ?? [];
  return (
    <div className={css.points}>
      {recent.length > 0 && (
        <section>
          <h2>Lately you looked at</h2>
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
      {places && few.length > 0 && (
        <section>
          <h2>Where from? {places.length} places to start</h2>
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
              {all ? 'Show fewer' : `Show all ${places.length}`}
            </Button>
          )}
        </section>
      )}
    </div>
  );
}
