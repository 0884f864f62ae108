import { t } from '@lingui/core/macro';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { EmptyNote } from '@/components/messages/empty-note';
import { useCalendar } from '@/features/search/days/use-calendar';
import type { RouteOnDay } from '@/features/search/queries';
import type { CalendarDay } from '@/lib/api-types';
import { lowestPrices } from '@/lib/money';
import { exactPlace, placeQueries } from '@/lib/places';
import { addDays, type Day, dayText, today } from '@/lib/time/time';
import css from './nothing-found.module.css';

/** The days before and after, in which the nearest days with flights are searched. */
const SEARCHED_DAYS = 31;
const MAX_DAYS = 4;
const MAX_PLACES = 4;

interface Props {
  route: RouteOnDay;
  seats: number;
  /** The search parameters of the page for a changed leg. */
  onLeg: (change: Partial<RouteOnDay>) => object;
}

/** Says why a search has no flights, and links to alternatives. The places come from the address of the page, so they may be unknown, or the same twice. */
export function NothingFound({ route, seats, onLeg }: Props) {
  const from = useQuery(placeQueries.suggestions(route.from));
  const to = useQuery(placeQueries.suggestions(route.to));
  if (from.isPending || to.isPending) return null;
  const source = from.data && exactPlace(from.data, route.from);
  const destination = to.data && exactPlace(to.data, route.to);
  if (source === null) {
    return (
      <UnknownPlace end="from" route={route} onLeg={onLeg} similar={from.data?.map(({ name }) => name)} />
    );
  }
  if (destination === null) {
    return <UnknownPlace end="to" route={route} onLeg={onLeg} similar={to.data?.map(({ name }) => name)} />;
  }
  if (source && source.name === destination?.name) {
    return (
      <EmptyNote title={t`The same place twice`}>
        {t`The search goes from ${{ place: source.name }} to ${{ place: source.name }}. Choose another place to fly to.`}
      </EmptyNote>
    );
  }
  return <EmptyDay route={route} seats={seats} onLeg={onLeg} present={today(source?.timezone)} />;
}

/** Both places are known, and there are no flights that day: shows the nearest days that have flights with free seats. */
function EmptyDay({ route, seats, onLeg, present }: Props & { present: Day }) {
  const over = route.date < present;
  const middle = over ? present : route.date;
  const { days, known } = useCalendar(route, seats, [
    addDays(middle, -SEARCHED_DAYS),
    middle,
    addDays(middle, SEARCHED_DAYS),
  ]);
  const nearest = nearestDays([...days.values()], middle);
  const day = dayText(route.date);
  return (
    <EmptyNote title={over ? t`${day} is over` : t`No flights on ${day}`}>
      {!over && (
        <p>
          {t`There is no flight from ${{ from: route.from }} to ${{ to: route.to }} that day, neither direct nor with up to two stops.`}
        </p>
      )}
      {nearest.length > 0 ? (
        <>
          <p>{t`The nearest days with direct flights:`}</p>
          <ul className={css.choices}>
            {nearest.map(({ date, prices }) => (
              <li key={date}>
                <Link to="/" search={onLeg({ date })} resetScroll={false}>
                  <span>{dayText(date)}</span>
                  <strong>{lowestPrices(prices, seats)}</strong>
                </Link>
              </li>
            ))}
          </ul>
        </>
      ) : (
        known && (
          <p>{t`No day near it has a direct flight with seats. Try another month, or other places.`}</p>
        )
      )}
    </EmptyNote>
  );
}

/** In the order of days: at most so many that have seats, the nearest ones. */
function nearestDays(days: readonly CalendarDay[], middle: Day): CalendarDay[] {
  const distance = (day: Day) => Math.abs(Date.parse(day) - Date.parse(middle));
  return days
    .filter(({ price, date }) => price !== null && date !== middle)
    .sort((one, other) => distance(one.date) - distance(other.date))
    .slice(0, MAX_DAYS)
    .sort((one, other) => one.date.localeCompare(other.date));
}

interface UnknownPlaceProps {
  end: 'from' | 'to';
  route: RouteOnDay;
  onLeg: Props['onLeg'];
  /** The names of places that are like it, most alike first. */
  similar: string[] | undefined;
}

/** The text is not the name of a place. Shows places with similar names, if there are any. */
function UnknownPlace({ end, route, onLeg, similar = [] }: UnknownPlaceProps) {
  const place = route[end];
  const [first, ...others] = similar.slice(0, MAX_PLACES);
  if (!first) {
    return (
      <EmptyNote title={t`No place is called “${place}”`}>
        {t`Type a city, an airport or its code above, and choose one of the suggestions.`}
      </EmptyNote>
    );
  }
  return (
    <EmptyNote
      title={
        others.length === 0
          ? t`Did you mean ${{ place: first }}?`
          : t`No place is called “${place}”. Did you mean one of these?`
      }
    >
      <ul className={css.choices}>
        {[first, ...others].map((name) => (
          <li key={name}>
            <Link to="/" search={onLeg({ [end]: name })} resetScroll={false}>
              {end === 'from' ? t`Search from ${name}` : t`Search to ${name}`}
            </Link>
          </li>
        ))}
      </ul>
    </EmptyNote>
  );
}
