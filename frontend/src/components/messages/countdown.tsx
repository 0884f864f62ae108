import { Trans } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { now, useClockCorrection } from '@/lib/time/server-clock';
import css from './countdown.module.css';

interface Props {
  until: string;
  /** An instant in the past, by the server's clock. The countdown never shows more than the time from then to `until`, even if the device's clock is slow. */
  since?: string;
}

/** The time that is left until `until`. Screen readers do not read it, because it changes every second: write the end as a time of day nearby. */
export function Countdown({ until, since }: Props) {
  const seconds = Math.min(useSecondsLeft(until), since ? secondsBetween(since, until) : Infinity);
  const clock = clockText(seconds);
  return (
    <p className={css.left}>
      <Trans>
        <span className={css.clock} role="timer" aria-live="off">
          {clock}
        </span>{' '}
        left
      </Trans>
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

function secondsBetween(from: string, to: string): number {
  return Math.max(0, Math.ceil((Date.parse(to) - Date.parse(from)) / 1000));
}

/** `1:02:03`, `02:03` */
function clockText(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const rest = [Math.floor((seconds % 3600) / 60), seconds % 60].map((part) => String(part).padStart(2, '0'));
  return (hours > 0 ? [hours, ...rest] : rest).join(':');
}
