import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useLayoutEffect, useRef } from 'react';
import { roughMoney } from '@/lib/money';
import { addDays, type Day, dayWords, today } from '@/lib/time';
import { cheapestFlight, type Route } from './api';
import css from './day-strip.module.css';

const AROUND = 3;

/** The week around the chosen day, each with its lowest fare. */
export function DayStrip({ route }: { route: Route }) {
  const days = daysAround(route.date);
  const fares = useQueries({ queries: days.map((date) => cheapestFlight({ ...route, date })) });
  const strip = useRef<HTMLElement>(null);

  // Where the week is wider than the screen, the chosen day is in its middle.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another day is another place
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
            search={(known) => ({ ...known, date: day })}
            className={css.day}
            aria-current={day === route.date ? 'date' : undefined}
            resetScroll={false}
          >
            <span>{dayWords(day)}</span>
            <span className={css.fare}>
              {fare ? roughMoney(fare.price, fare.currency) : fare === null ? '–' : '\u00a0'}
            </span>
          </Link>
        );
      })}
    </nav>
  );
}

function daysAround(day: Day): Day[] {
  const first = addDays(day, -AROUND) < today() ? today() : addDays(day, -AROUND);
  const start = day < first ? day : first;
  return Array.from({ length: 2 * AROUND + 1 }, (_, index) => addDays(start, index));
}
