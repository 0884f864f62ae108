import { useEffect, useReducer } from 'react';
import { now, useClockCorrection } from '@/lib/time/server-clock';

/** A browser's timer holds at most this many milliseconds; with more it fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Whether `instant` has come, by the server's clock. The component is drawn again at that moment. */
export function useTimeReached(instant: string): boolean {
  const [, drawAgain] = useReducer((draws: number) => draws + 1, 0);
  useClockCorrection();
  const left = Date.parse(instant) - now();
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(drawAgain, Math.min(left, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  }, [left]);
  return left <= 0;
}
