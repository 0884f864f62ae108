import { useEffect, useState } from 'react';
import { now, useClockCorrection } from '@/lib/time/server-clock';
import css from './countdown.module.css';

/** How much time is left until `until`. It is not read out, because it changes every second: say the end as a time of day nearby. */
export function Countdown({ until }: { until: string }) {
  const seconds = useSecondsLeft(until);
  return (
    <p className={css.left}>
      <span className={css.clock} role="timer" aria-live="off">
        {clockText(seconds)}
      </span>{' '}
      left
    </p>
  );
}

function useSecondsLeft(until: string): number {
  const [seconds, setSeconds] = useState(() => secondsUntil(until));
  const correction = useClockCorrection();
  // biome-ignore lint/correctness/useExhaustiveDependencies: count anew once the clock is corrected
  useEffect(() => {
    const tick = () => setSeconds(secondsUntil(until));
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [until, correction]);
  return seconds;
}

function secondsUntil(instant: string): number {
  return Math.max(0, Math.ceil((Date.parse(instant) - now()) / 1000));
}

/** `1:02:03`, `02:03` */
function clockText(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const rest = [Math.floor((seconds % 3600) / 60), seconds % 60].map((part) => String(part).padStart(2, '0'));
  return (hours > 0 ? [hours, ...rest] : rest).join(':');
}
