import { t } from '@lingui/core/macro';
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { searchQueries } from '@/features/search/queries';
import type { CalendarDay } from '@/lib/api-types';
import { wholeMoney } from '@/lib/money';
import { placeQueries } from '@/lib/places';
import { addDays, type Day, dayText, today } from '@/lib/time/time';
import css from './cheapest-fares.module.css';
import { recentSearches } from './recent-searches';

const SEARCHED_DAYS = 30;
const MAX_DESTINATIONS = 4;
/** The number of busiest places that are tried as destinations. Nearly every origin has flights to some of them. */
const BUSIEST = 6;

/** The cheapest days of the next weeks to some places. The origin is that of the last search, or the busiest place. */
export function CheapestFares() {
  const busiest = useQuery(placeQueries.suggestions('', BUSIEST));
  const recent = recentSearches();
  const names = busiest.data?.map(({ name }) => name) ?? [];
  const origin = recent[0]?.from ?? names[0];
  const candidates = [...recent.filter(({ from }) => from === origin).map(({ to }) => to), ...names];
  const destinations = [...new Set(candidates)].filter((name) => name !== origin).slice(0, MAX_DESTINATIONS);
  const fares = useFares(origin ?? '', destinations);
  if (!origin || fares.length === 0) return null;
  return (
    <section aria-labelledby="cheapest-fares">
      <h2 id="cheapest-fares">{t`Low fares from ${origin}`}</h2>
      <ul className={css.fares}>
        {fares.map(({ to, day, price, currency }) => (
          <li key={to}>
            <Link to="/" search={{ from: origin, to, date: day }}>
              <span className={css.place}>{to}</span>
              <strong className={css.price}>{wholeMoney(price, currency)}</strong>
              <span className={css.day}>{dayText(day)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface Fare {
  to: string;
  day: Day;
  price: string;
  currency: string;
}

function useFares(from: string, destinations: readonly string[]): Fare[] {
  const first = today();
  const last = addDays(first, SEARCHED_DAYS);
  const months = [...new Set([first.slice(0, 7), last.slice(0, 7)])];
  const requests = destinations.flatMap((to) => months.map((month) => ({ to, month })));
  const calendars = useQueries({
    queries: requests.map(({ to, month }) => ({
      ...searchQueries.calendar(from, to, month, 1),
      enabled: from !== '',
      retry: false,
    })),
  });
  return destinations.flatMap((to) => {
    const days = requests.flatMap((each, index) => (each.to === to ? (calendars[index]?.data ?? []) : []));
    const best = cheapest(days.filter(({ date }) => date >= first && date <= last));
    return best ? [{ to, ...best }] : [];
  });
}

/** Prices are compared in the currency of the first day that has one. Of days that cost the same, the first. */
function cheapest(days: readonly CalendarDay[]): Omit<Fare, 'to'> | null {
  let best: Omit<Fare, 'to'> | null = null;
  for (const { date, price, currency } of days) {
    if (price === null || currency === null) continue;
    if (best === null || (currency === best.currency && Number(price) < Number(best.price))) {
      best = { day: date, price, currency };
    }
  }
  return best;
}
