import { useEffect, useReducer } from 'react';

/** Browsers fire a timer beyond this at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Whether `instant` has come; draws again in the moment it comes. */
export function useReached(instant: string): boolean {
  const [, look] = useReducer((looks: number) => looks + 1, 0);
  const left = Date.parse(instant) - Date.now();
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(look, Math.min(left, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  }, [left]);
  return left <= 0;
}
