import { useQueries } from '@tanstack/react-query';
import type { Day } from '@/lib/time/time';
import type { CalendarDay } from '@/lib/wire';
import { searchQueries } from './queries';

export interface Calendar {
  /** The days that have direct flights. */
  days: ReadonlyMap<Day, CalendarDay>;
  /** Whether all the months that were asked for are known. */
  known: boolean;
}

interface Route {
  from: string;
  to: string;
}

/** The months in which these days are, each asked for once. Nothing is asked while a place is missing, or both are the same. */
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
