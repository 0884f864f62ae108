import { useEffect, useState } from 'react';

/** What is left until then. It changes every second and is not read out: say the time of the end beside it. */
export function Countdown({ until }: { until: string }) {
  const seconds = useSecondsLeft(until);
  return (
    <span role="timer" aria-live="off">
      {clockWords(seconds)}
    </span>
  );
}

function useSecondsLeft(until: string): number {
  const [seconds, setSeconds] = useState(() => secondsUntil(until));
  useEffect(() => {
    const tick = () => setSeconds(secondsUntil(until));
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [until]);
  return seconds;
}

function secondsUntil(instant: string): number {
  return Math.max(0, Math.ceil((Date.parse(instant) - Date.now()) / 1000));
}

/** `1:02:03`, `02:03` */
function clockWords(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const rest = [Math.floor((seconds % 3600) / 60), seconds % 60].map((part) => String(part).padStart(2, '0'));
  return (hours > 0 ? [hours, ...rest] : rest).join(':');
}
