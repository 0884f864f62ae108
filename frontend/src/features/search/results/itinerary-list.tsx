import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { QueryFallback } from '@/components/messages/query-fallback';
import { type ItinerarySearch, searchQueries } from '@/features/search/queries';
import { asProblem } from '@/lib/problem';
import { dayText } from '@/lib/time';
import css from './itinerary-list.module.css';
import { ItineraryRow } from './itinerary-row';
import { ResultList } from './result-row';

interface Props {
  search: ItinerarySearch;
  /** Whether there are direct flights, all of them too full. */
  directFlights: boolean;
  /** Shown when there is no itinerary with stops either. */
  nothingFound: ReactNode;
}

/** Itineraries with a change of plane, for when no direct flight has enough seats. */
export function ItineraryList({ search, directFlights, nothingFound }: Props) {
  const query = useQuery(searchQueries.itineraries(search));
  if (!query.data) {
    // One place twice, or an unknown place: there is nothing to find, and `nothingFound` says so.
    if (query.error && asProblem(query.error).status === 422) return nothingFound;
    return (
      <QueryFallback
        query={query}
        loading="Looking for connections"
        failed="The connections could not be loaded."
        heights={[104]}
      />
    );
  }
  const { itineraries, complete } = query.data;
  if (itineraries.length === 0) return nothingFound;
  return (
    <section className={css.itineraries}>
      <div>
        <h2 className={css.title}>
          {directFlights ? 'With a change of plane' : `No direct flights on ${dayText(search.date)}`}
        </h2>
        <p className={css.found} role="status">
          {itineraries.length === 1 ? '1 itinerary' : `${itineraries.length} itineraries`} with a change of
          plane.
          {!complete && ' There may be more.'}
        </p>
      </div>
      <ResultList>
        {itineraries.map((itinerary) => (
          <ItineraryRow
            key={itinerary.segments.map(({ id }) => id).join()}
            itinerary={itinerary}
            seats={search.seats}
          />
        ))}
      </ResultList>
    </section>
  );
}
