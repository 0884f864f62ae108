import { isDay } from '@/lib/time/time';
import type { RouteOnDay } from './queries';

/** A booking has at most so many flights, so a trip has at most so many legs. */
export const MAX_FLIGHTS = 6;

/** The requested trip: at least one leg, in the order of travel. */
export interface Trip {
  legs: RouteOnDay[];
  seats: number;
}

/** A trip as the address of the page holds it. */
export interface TripParams {
  from?: string;
  to?: string;
  date?: string;
  /** The day of the flight back. */
  back?: string;
  /** The legs after the first one of a trip to several places. */
  more?: RouteOnDay[];
}

/** The legs of a trip; none while the address does not name all of the first one. */
export function legsOf({ from, to, date, back, more }: TripParams): RouteOnDay[] {
  if (!from || !to || !date) return [];
  const first = { from, to, date };
  if (more) return [first, ...more];
  return back ? [first, { from: to, to: from, date: back }] : [first];
}

/** The search parameters of these legs. There must be at least one leg. */
export function tripParams(legs: readonly RouteOnDay[]): TripParams {
  const [first, second, ...rest] = legs;
  if (!first) return {};
  if (!second) return first;
  const isReturn = rest.length === 0 && second.from === first.to && second.to === first.from;
  return isReturn ? { ...first, back: second.date } : { ...first, more: [second, ...rest] };
}

/** The further legs in an address; null for anything that is not a list of legs. */
export function furtherLegs(value: unknown): RouteOnDay[] | null {
  if (!Array.isArray(value) || value.length === 0 || value.length >= MAX_FLIGHTS) return null;
  return value.every(isLeg) ? value.map(({ from, to, date }) => ({ from, to, date })) : null;
}

function isLeg(value: unknown): value is RouteOnDay {
  if (typeof value !== 'object' || value === null) return false;
  const { from, to, date } = value as Record<string, unknown>;
  return (
    [from, to].every((place) => typeof place === 'string' && place) && typeof date === 'string' && isDay(date)
  );
}
