import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { EmptyNote } from '@/components/messages/empty-note';
import { exactPlace, placeQueries } from '@/features/search/places';
import type { RouteOnDay } from '@/features/search/queries';
import { dayText } from '@/lib/time';

/** Why a search has no flights. The places come from the address of the page, so they may be unknown, or the same place twice. */
export function NothingFound({ route }: { route: RouteOnDay }) {
  const from = useQuery(placeQueries.suggestions(route.from));
  const to = useQuery(placeQueries.suggestions(route.to));
  if (from.isPending || to.isPending) return null;
  const source = from.data && exactPlace(from.data, route.from);
  const destination = to.data && exactPlace(to.data, route.to);
  if (source === null) return <UnknownPlace end="from" route={route} suggestion={from.data?.[0]?.name} />;
  if (destination === null) return <UnknownPlace end="to" route={route} suggestion={to.data?.[0]?.name} />;
  if (source && source.name === destination?.name) {
    return (
      <EmptyNote title="The same place twice">
        The search goes from {source.name} to {source.name}. Choose another place to fly to.
      </EmptyNote>
    );
  }
  return (
    <EmptyNote title={`No flights on ${dayText(route.date)}`}>
      There is no flight from {route.from} to {route.to} that day, neither direct nor with up to two stops.
      Try another day above, or other places.
    </EmptyNote>
  );
}

interface UnknownPlaceProps {
  end: 'from' | 'to';
  route: RouteOnDay;
  /** The name of the place that is most like it. */
  suggestion: string | undefined;
}

/** The text is not the name of a place: nothing is like it, or it is another spelling or the beginning of a name. */
function UnknownPlace({ end, route, suggestion }: UnknownPlaceProps) {
  const text = `“${route[end]}”`;
  if (!suggestion) {
    return (
      <EmptyNote title={`No place is called ${text}`}>
        Type a city, an airport or its code above, and choose one of the suggestions.
      </EmptyNote>
    );
  }
  return (
    <EmptyNote title={`Did you mean ${suggestion}?`}>
      Nothing was found {end} {text} on {dayText(route.date)}.{' '}
      <Link to="/" search={(current) => ({ ...current, [end]: suggestion })} resetScroll={false}>
        Search {end} {suggestion}
      </Link>
    </EmptyNote>
  );
}
