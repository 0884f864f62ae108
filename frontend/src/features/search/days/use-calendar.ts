import { useQueries } from '@tanstack/react-query';
import { searchQueries } from '@/features/search/queries';
import type { CalendarDay } from '@/lib/api-types';
import type { Day } from '@/lib/time/time';

interface Calendar {
  /** The days that have direct flights. */
  days: ReadonlyMap<Day, CalendarDay>;
  /** Whether all the months are loaded. */
  known: boolean;
}

interface Route {
  from: string;
  to: string;
}

/** Loads the months of these days, each once. Nothing is loaded while a place is missing, or both are the same. */
export function useCalendar({ from, to }: Route, seats: number, days: readonly Day[]): Calendar {
  const months = [...new Set(days.map((day) => day.slice(0, 7)))];
  const enabled = from !== '' && to !== '' && from !== to;
  const results = useQueries({
    queries: months.map((month) => ({
      ...searchQueries.calendar(from, to, month, seats),
      enabled,
      retry: false,
    })),
  });
  const listed = results.flatMap(({ data }) => data ?? []);
  return {
    days: new Map(listed.map((day) => [day.date, day])),
    known: results.every(({ data }) => data !== undefined),
  };
}
