import { t } from '@lingui/core/macro';
import { Fragment } from 'react';
import { SeatsLeft } from '@/components/flights/seats-left';
import { Row } from '@/components/layout/row';
import { airlineName } from '@/lib/airlines';
import { wholeMoney } from '@/lib/money';
import { localSchedule, stopsText, timesText, wholeSchedule } from '@/lib/time/schedule';
import { durationText } from '@/lib/time/time';
import { type Choice, ChoiceLink } from './choice-link';
import css from './result-row.module.css';
import type { SearchResult } from './search-result';

interface Props {
  result: SearchResult;
  /** "Best", "Cheapest", "Fastest". */
  label: string | undefined;
  /** The best of all results: its button is filled. */
  best: boolean;
  seats: number;
  choice: Choice;
  /** Whether the window is as narrow as a phone. It is determined once for all rows. */
  phone: boolean;
}

/** One result in one dense line: times, duration, airline and price. The columns of all rows are aligned. */
export function ResultRow({ result, label, best, seats, choice, phone }: Props) {
  const { segments, price, currency, seatsLeft, obstacle } = result;
  const schedule = localSchedule(wholeSchedule(segments));
  const { departure, arrival, minutes, daysLater } = schedule;
  const numbers = segments.map(({ flight_number }) => flight_number).join(', ');
  const what = [numbers, timesText(schedule), stopsText(segments)].join(', ');
  return (
    <Row className={css.row} dimmed={obstacle !== null}>
      <End className={css.departure} end={departure} />
      <div className={css.line}>
        <span className={css.duration}>{durationText(minutes)}</span>
        <Track stops={result.stops} />
        <span className={css.stops} title={stopNames(result)}>
          {stopsText(segments)}
          {waits(segments).map(({ at, wait }, index) => (
            <Fragment key={at}>
              {index > 0 && ','} {at}
              <span data-spoken-only={phone || undefined}> {wait}</span>
            </Fragment>
          ))}
        </span>
      </div>
      <End className={css.arrival} end={arrival} />
      <span className={css.later}>
        {daysLater !== 0 && (
          <sup title={t`${{ day: arrival.day }} in ${{ place: arrival.place }}`}>
            {daysLater > 0 ? '+' : '−'}
            {Math.abs(daysLater)}
          </sup>
        )}
      </span>
      <div className={css.airline} data-several={segments.length > 1 || undefined}>
        <span className={css.name} title={result.airlines.map(airlineName).join(', ')}>
          {result.airlines.map(airlineName).join(', ')}
        </span>
        <span className={css.numbers} title={numbers}>
          {numbers}
        </span>
      </div>
      <div className={css.chips}>
        {label && <span className={css.label}>{label}</span>}
        {obstacle === null && <SeatsLeft left={seatsLeft} onlyFew />}
      </div>
      <div className={css.price}>
        <strong>{wholeMoney(price, currency)}</strong>
        {seats > 1 && <span>{t`for ${seats}`}</span>}
      </div>
      <ChoiceLink
        result={result}
        choice={choice}
        filled={best}
        aria-label={obstacle ? t`${obstacle}: ${what}` : t`Choose ${what}`}
      />
    </Row>
  );
}

type LocalEnd = ReturnType<typeof localSchedule>['departure'];

function End({ className, end }: { className: string | undefined; end: LocalEnd }) {
  return (
    <div className={`${css.end} ${className}`}>
      <time dateTime={end.instant} className={css.clock}>
        {end.clock}
      </time>
      <span className={css.place} title={end.place}>
        {end.code ?? end.place}
      </span>
    </div>
  );
}

/** A line with a dot for each stop. */
function Track({ stops }: { stops: number }) {
  return (
    <span className={css.track} aria-hidden="true">
      {Array.from({ length: stops }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: dots never change their order
        <i key={index} />
      ))}
    </span>
  );
}

/** `BOM 2 h 15 min, DXB 3 h` */
function stopNames({ segments }: SearchResult): string {
  return waits(segments)
    .map(({ at, wait }) => `${at} ${wait}`)
    .join(', ');
}

/** The place and the waiting time of each stop. */
function waits(segments: SearchResult['segments']): { at: string; wait: string }[] {
  return segments.slice(1).map((next, index) => {
    const before = segments[index];
    const wait = before ? (Date.parse(next.departure_ts) - Date.parse(before.arrival_ts)) / 60_000 : 0;
    return { at: next.source_iata ?? next.source, wait: durationText(Math.round(wait)) };
  });
}
