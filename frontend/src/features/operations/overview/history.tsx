import type { Minute } from '@/features/operations/api-types';
import { formatCount, formatMs, formatSeconds } from '@/features/operations/components/format';
import { Chart } from './chart';
import charts from './chart.module.css';

/** The last 24 hours, minute by minute. */
export function History({ minutes }: { minutes: readonly Minute[] }) {
  const times = minutes.map(({ minute }) => Date.parse(minute) / 1000);
  const line = (name: string, colour: string, value: (minute: Minute) => number | null) => ({
    name,
    colour,
    values: minutes.map(value),
  });
  return (
    <section className={charts.charts} aria-label="The last 24 hours">
      <Chart
        title="Bookings per minute"
        times={times}
        format={formatCount}
        lines={[
          line('accepted', '--sky', ({ accepted }) => accepted),
          line('confirmed', '--good', ({ confirmed }) => confirmed),
          line('held', '--amber-deep', ({ held }) => held),
          line('failed', '--bad', ({ failed }) => failed),
        ]}
      />
      <Chart
        title="From acceptance to the end"
        times={times}
        format={formatMs}
        lines={[
          line('99 %', '--bad', ({ p99_ms: p99 }) => p99),
          line('95 %', '--amber-deep', ({ p95_ms: p95 }) => p95),
          line('half', '--sky', ({ p50_ms: p50 }) => p50),
        ]}
      />
      <Chart
        title="Bookings that wait for seats"
        times={times}
        format={formatCount}
        lines={[line('waiting', '--sky', ({ waiting }) => waiting)]}
      />
      <Chart
        title="Wait of the oldest"
        times={times}
        format={formatSeconds}
        lines={[line('oldest', '--sky', ({ oldest_seconds: oldest }) => oldest ?? 0)]}
      />
    </section>
  );
}
