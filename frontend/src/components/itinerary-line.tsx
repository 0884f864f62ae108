import type { Itinerary } from '@/lib/itinerary';
import { durationWords } from '@/lib/time';
import css from './itinerary-line.module.css';

/** Where and when from, how long, where and when to: local times at both ends. */
export function ItineraryLine({ itinerary, large = false }: { itinerary: Itinerary; large?: boolean }) {
  const { from, to, minutes, daysLater } = itinerary;
  return (
    <div className={css.line} data-large={large || undefined}>
      <div className={css.end}>
        <time dateTime={from.instant} className={css.clock}>
          {from.clock}
        </time>
        <span className={css.place} title={from.name}>
          {from.code ? <b>{from.code}</b> : null} {from.name}
        </span>
        {large && <span className={css.day}>{from.day}</span>}
      </div>
      <div className={css.flight}>
        <span className={css.duration}>{durationWords(minutes)}</span>
        <span className={css.track} aria-hidden="true" />
      </div>
      <div className={`${css.end} ${css.last}`}>
        <time dateTime={to.instant} className={css.clock}>
          {to.clock}
          {daysLater !== 0 && (
            <sup title={`${to.day} at ${to.name}`}>
              {daysLater > 0 ? '+' : '−'}
              {Math.abs(daysLater)}
            </sup>
          )}
        </time>
        <span className={css.place} title={to.name}>
          {to.code ? <b>{to.code}</b> : null} {to.name}
        </span>
        {large && <span className={css.day}>{to.day}</span>}
      </div>
    </div>
  );
}
