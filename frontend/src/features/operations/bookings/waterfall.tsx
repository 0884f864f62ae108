import { formatTime } from '@/features/operations/components/format';
import type { Booking } from '@/lib/api-types';
import { elapsedText } from '@/lib/time/time';
import css from './waterfall.module.css';

/** A waterfall chart of the stages of a booking: one bar for each, on one scale. The scale is logarithmic for bookings that took more than ten seconds. */
export function Waterfall({ timeline }: { timeline: Booking['timeline'] }) {
  const last = timeline.at(-1)?.ms ?? 0;
  const steps = timeline.map((stage, index) => ({
    ...stage,
    from: timeline[index - 1]?.ms ?? 0,
    took: stage.ms - (timeline[index - 1]?.ms ?? 0),
  }));
  const scale = scaleOf(last);
  return (
    <ol className={css.waterfall}>
      {steps.map(({ stage, at: instant, ms, from, took }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: stages are only ever added
        <li key={index}>
          <span className={css.stage}>{stage.replaceAll('_', ' ')}</span>
          <span className={css.track} aria-hidden="true">
            <span
              className={css.bar}
              style={{
                insetInlineStart: `${scale(from)}%`,
                width: `max(3px, ${scale(ms) - scale(from)}%)`,
              }}
            />
          </span>
          <span className={css.took}>{index === 0 ? 'start' : `+${elapsedText(took)}`}</span>
          <time className={css.at} dateTime={instant}>
            {formatTime(instant)}
          </time>
        </li>
      ))}
    </ol>
  );
}

/** From milliseconds to percent. If a payment took a day, the milliseconds of the reservation would be invisible on a linear scale. */
function scaleOf(last: number): (ms: number) => number {
  if (last <= 0) return () => 0;
  if (last < 10_000) return (ms) => (100 * ms) / last;
  return (ms) => (100 * Math.log1p(ms)) / Math.log1p(last);
}
