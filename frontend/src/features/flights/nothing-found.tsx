import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { EmptyNote } from '@/components/empty-note';
import { exactPlace, suggestions } from '@/lib/places';
import { dayWords } from '@/lib/time';
import type { Route } from './api';

/** Why a search has no flights. The words of an address may be anything: a place that nobody knows, or one place twice. */
export function NothingFound({ route }: { route: Route }) {
  const from = useQuery(suggestions(route.from));
  const to = useQuery(suggestions(route.to));
  if (from.isPending || to.isPending) return null;
  const start = from.data && exactPlace(from.data, route.from);
  const end = to.data && exactPlace(to.data, route.to);
  if (start === null) return <OtherWords end="from" route={route} meant={from.data?.[0]?.name} />;
  if (end === null) return <OtherWords end="to" route={route} meant={to.data?.[0]?.name} />;
  if (start && start.name === end?.name) {
    return (
      <EmptyNote title="The same place twice">
        A flight goes from one place to another. Choose where else it should go than {start.name}.
      </EmptyNote>
    );
  }
  return (
    <EmptyNote title={`No flights on ${dayWords(route.date)}`}>
      Nothing goes from {route.from} to {route.to} that day, neither direct nor with up to two stops. Try
      another day above, or another pair of places.
    </EmptyNote>
  );
}

interface OtherWordsProps {
  end: 'from' | 'to';
  route: Route;
  /** The name of the place that is most like it. */
  meant: string | undefined;
}

/** Words that are no place's name: nobody knows them, or they are another spelling or the beginning of one. */
function OtherWords({ end, route, meant }: OtherWordsProps) {
  const words = `“${route[end]}”`;
  if (!meant) {
    return (
      <EmptyNote title={`No place is called ${words}`}>
        No flight goes there. Type a city, an airport or its code above, and choose one of those that are
        offered.
      </EmptyNote>
    );
  }
  return (
    <EmptyNote title={`Do you mean ${meant}?`}>
      Nothing was found {end} {words} on {dayWords(route.date)}.{' '}
      <Link to="/" search={(known) => ({ ...known, [end]: meant })} resetScroll={false}>
        Search {end} {meant}
      </Link>
    </EmptyNote>
  );
}
