import { t } from '@lingui/core/macro';
import { localSchedule, type Schedule } from '@/lib/time/schedule';
import { durationText } from '@/lib/time/time';
import css from './schedule-line.module.css';

/** Departure, duration and arrival in a line. Both times are local. `large` adds the dates. */
export function ScheduleLine({ schedule, large = false }: { schedule: Schedule; large?: boolean }) {
  const { departure, arrival, minutes, daysLater } = localSchedule(schedule);
  return (
    <div className={css.line} data-large={large || undefined}>
      <div className={css.end}>
        <time dateTime={departure.instant} className={css.clock}>
          {departure.clock}
        </time>
        <span className={css.place} title={departure.place}>
          {departure.code ? <b>{departure.code}</b> : null} {departure.place}
          {departure.known ? null : ` ${t`(unknown place)`}`}
        </span>
        {large && <span className={css.day}>{departure.day}</span>}
      </div>
      <div className={css.flight}>
        <span className={css.duration}>{durationText(minutes)}</span>
        <span className={css.track} aria-hidden="true" />
      </div>
      <div className={`${css.end} ${css.last}`}>
        <time dateTime={arrival.instant} className={css.clock}>
          {arrival.clock}
          {daysLater !== 0 && (
            <sup title={t`${{ day: arrival.day }} in ${{ place: arrival.place }}`}>
              {daysLater > 0 ? '+' : '−'}
              {Math.abs(daysLater)}
            </sup>
          )}
        </time>
        <span className={css.place} title={arrival.place}>
          {arrival.code ? <b>{arrival.code}</b> : null} {arrival.place}
          {arrival.known ? null : ` ${t`(unknown place)`}`}
        </span>
        {large && <span className={css.day}>{arrival.day}</span>}
      </div>
    </div>
  );
}
