import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useLayoutEffect, useRef } from 'react';
import { type RouteOnDay, searchQueries } from '@/features/search/queries';
import { roundedMoney } from '@/lib/money';
import { addDays, type Day, dayText, today } from '@/lib/time';
import css from './day-strip.module.css';

const DAYS_BEFORE = 3;

/** The week around the chosen day, each day with its lowest fare. */
export function DayStrip({ route }: { route: RouteOnDay }) {
  const days = daysAround(route.date);
  const fares = useQueries({ queries: days.map((date) => searchQueries.cheapestFlight({ ...route, date })) });
  const strip = useRef<HTMLElement>(null);

  // Where the week is wider than the screen, scroll the chosen day to the middle.
  // biome-ignore lint/correctness/useExhaustiveDependencies: scroll again when another day is chosen
  useLayoutEffect(() => {
    const chosen = strip.current?.querySelector<HTMLElement>('[aria-current]');
    if (!strip.current || !chosen) return;
    strip.current.scrollLeft = chosen.offsetLeft + chosen.offsetWidth / 2 - strip.current.clientWidth / 2;
  }, [route.date]);

  return (
    <nav ref={strip} className={css.strip} aria-label="Other days">
      {days.map((day, index) => {
        const fare = fares[index]?.data;
        return (
          <Link
            key={day}
            to="/"
            search={(current) => ({ ...current, date: day })}
            className={css.day}
            aria-current={day === route.date ? 'date' : undefined}
            resetScroll={false}
          >
            <span>{dayText(day)}</span>
            <span className={css.fare}>
              {fare ? roundedMoney(fare.price, fare.currency) : fare === null ? '–' : '\u00a0'}
            </span>
          </Link>
        );
      })}
    </nav>
  );
}

/** Seven days with this one among them, none of them over unless it is this one. */
function daysAround(day: Day): Day[] {
  const before = addDays(day, -DAYS_BEFORE);
  const first = before < today() ? today() : before;
  const start = day < first ? day : first;
  return Array.from({ length: 2 * DAYS_BEFORE + 1 }, (_, index) => addDays(start, index));
}
