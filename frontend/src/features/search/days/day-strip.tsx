import { t } from '@lingui/core/macro';
import { Link } from '@tanstack/react-router';
import { useLayoutEffect, useRef } from 'react';
import { useCalendar } from '@/features/search/days/use-calendar';
import { useEarliestDay } from '@/features/search/form/leg-fields';
import type { RouteOnDay } from '@/features/search/queries';
import { lowestPrices } from '@/lib/money';
import { addDays, type Day, dayText } from '@/lib/time/time';
import css from './day-strip.module.css';

const DAYS_BEFORE = 3;

interface Props {
  route: RouteOnDay;
  seats: number;
  /** The search parameters of the page for another day. */
  onDay: (day: Day) => object;
}

/** The week around the chosen day, each day with its lowest direct fare for the party. */
export function DayStrip({ route, seats, onDay }: Props) {
  const days = daysAround(route.date, useEarliestDay(route.from));
  const calendar = useCalendar(route, seats, days);
  const strip = useRef<HTMLElement>(null);

  // Where the week is wider than the screen, scroll the chosen day to the middle.
  // biome-ignore lint/correctness/useExhaustiveDependencies: scroll again when another day is chosen
  useLayoutEffect(() => {
    const chosen = strip.current?.querySelector<HTMLElement>('[aria-current]');
    if (!strip.current || !chosen) return;
    strip.current.scrollLeft = chosen.offsetLeft + chosen.offsetWidth / 2 - strip.current.clientWidth / 2;
  }, [route.date]);

  // On a route without direct flights there are no fares: a dash at every day would look as if there were no connections either.
  const fares = !calendar.known || calendar.days.size > 0;

  const fareOf = (day: Day) => {
    const cheapest = calendar.days.get(day);
    if (cheapest) return lowestPrices(cheapest.prices, seats) || t`Full`;
    return calendar.known ? '–' : '\u00a0';
  };

  return (
    <nav ref={strip} className={css.strip} aria-label={t`Other days`}>
      {days.map((day) => (
        <Link
          key={day}
          to="/"
          search={onDay(day)}
          className={css.day}
          aria-current={day === route.date ? 'date' : undefined}
          resetScroll={false}
        >
          <span>{dayText(day)}</span>
          {fares && <span className={css.fare}>{fareOf(day)}</span>}
        </Link>
      ))}
    </nav>
  );
}

/** Seven days around this one, without days in the past, except this one. */
function daysAround(day: Day, earliest: Day): Day[] {
  const before = addDays(day, -DAYS_BEFORE);
  const first = before < earliest ? earliest : before;
  const start = day < first ? day : first;
  return Array.from({ length: 2 * DAYS_BEFORE + 1 }, (_, index) => addDays(start, index));
}
