import { plural, t } from '@lingui/core/macro';
import { Button, NativeSelect } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useBestSeats } from '@/features/bookings/api/seats';
import type { SeatMap } from '@/lib/api-types';
import { asProblem } from '@/lib/problem';
import { type SeatPosition, seatPositions, seatPositionText } from './picks';
import { SeatGrid } from './seat-grid';
import css from './seat-picker.module.css';

interface Props {
  /** Of the flight, such as `AI-202`. */
  flightNumber: string;
  map: SeatMap;
  /** The seat of each traveller; an empty text for none. */
  picked: readonly string[];
  onChange: (picked: string[]) => void;
  /** The seats of this booking on this flight. The server lists them as taken. */
  own?: readonly string[];
  nameOf: (traveller: number) => string;
  disabled: boolean;
}

/** Seats for the travellers of one flight: on the map, from a list, or the best ones for all of them. */
export function SeatPicker({ flightNumber, map, picked, onChange, own = [], nameOf, disabled }: Props) {
  const [active, setActive] = useState(0);
  const best = useBestSeats();
  const { cabin, flight_id } = map;
  const taken = useMemo(() => {
    const others = new Set(map.taken);
    for (const seat of own) others.delete(seat);
    return others;
  }, [map, own]);
  const free = useMemo(() => (cabin ? freeSeats(cabin, taken) : []), [cabin, taken]);
  if (!cabin) return null;
  const who = Math.min(active, picked.length - 1);

  /** Gives the seat to the active traveller, and makes the next one without a seat active. Picking one's own seat again removes it. */
  function pick(seat: string) {
    if (picked[who] === seat) return onChange(picked.map((had, index) => (index === who ? '' : had)));
    // If another traveller of the booking has this seat, the two exchange their seats.
    const next = picked.map((had, index) =>
      index === who ? seat : had === seat ? (picked[who] ?? '') : had,
    );
    onChange(next);
    const without = next.indexOf('');
    if (without >= 0) setActive(without);
  }

  function takeBest() {
    best.mutate(
      { flightIds: [flight_id], travellers: picked.length },
      { onSuccess: ([found]) => found?.best && onChange(found.best) },
    );
  }

  const noneLeft = best.data?.[0]?.best === null;
  return (
    <div className={css.picker}>
      <div className={css.buttons}>
        <Button variant="default" size="sm" onClick={takeBest} loading={best.isPending} disabled={disabled}>
          {plural(
            { count: picked.length },
            { one: 'Take the best seat', other: 'Take the best seats together' },
          )}
        </Button>
        {picked.some(Boolean) && (
          <Button
            variant="subtle"
            size="sm"
            disabled={disabled}
            onClick={() => {
              setActive(0);
              onChange(picked.map(() => ''));
            }}
          >
            {plural({ count: picked.length }, { one: 'Give up this seat', other: 'Give up these seats' })}
          </Button>
        )}
      </div>
      {(noneLeft || best.error) && (
        <p role="alert" className={css.fault}>
          {best.error ? asProblem(best.error).message : t`There are not enough free seats for all of you.`}
        </p>
      )}
      <ul className={css.travellers} aria-label={t`Travellers on ${{ flight: flightNumber }}`}>
        {picked.map((seat, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a traveller is an index of the list
          <li key={index}>
            <button
              type="button"
              className={css.traveller}
              aria-pressed={index === who}
              disabled={disabled}
              onClick={() => setActive(index)}
            >
              <span className={css.number} aria-hidden>
                {index + 1}
              </span>
              <span className={css.name}>{nameOf(index)}</span>
              <span className={css.seat}>{seat || t`no seat`}</span>
            </button>
          </li>
        ))}
      </ul>
      <NativeSelect
        label={t`Seat of ${{ name: nameOf(who) }} on ${{ flight: flightNumber }}`}
        description={t`From a list, or on the map below.`}
        value={picked[who] ?? ''}
        disabled={disabled}
        onChange={({ currentTarget: { value } }) => {
          if (value) pick(value);
          else onChange(picked.map((had, index) => (index === who ? '' : had)));
        }}
      >
        <option value="">{t`No seat`}</option>
        {free.map(({ row, seats }) => (
          <optgroup key={row} label={t`Row ${row}`}>
            {seats.map(({ seat, position }) => (
              <option key={seat} value={seat}>
                {`${seat}, ${seatPositionText(position)}`}
              </option>
            ))}
          </optgroup>
        ))}
      </NativeSelect>
      <SeatGrid
        label={t`Seat map of ${{ flight: flightNumber }}`}
        cabin={cabin}
        taken={taken}
        picked={picked}
        nameOf={nameOf}
        onPick={pick}
        disabled={disabled}
      />
      <ul className={css.legend} aria-label={t`What the seats on the map mean`}>
        <li data-state="free">{t({ message: 'Free', context: 'seat' })}</li>
        <li data-state="yours">{t`Yours`}</li>
        <li data-state="taken">{t`Taken`}</li>
        <li data-state="exit">{t`Exit row below`}</li>
      </ul>
    </div>
  );
}

interface FreeRow {
  row: number;
  seats: { seat: string; position: SeatPosition | undefined }[];
}

/** The free seats, row by row. */
function freeSeats(cabin: NonNullable<SeatMap['cabin']>, taken: ReadonlySet<string>): FreeRow[] {
  const positions = seatPositions(cabin);
  return cabin.sections
    .flatMap(({ rows }) => rows)
    .map(({ number, seats }) => ({
      row: number,
      seats: seats.flatMap((seat) =>
        seat && !taken.has(seat) && !cabin.blocked.includes(seat)
          ? [{ seat, position: positions.get(seat) }]
          : [],
      ),
    }))
    .filter(({ seats }) => seats.length > 0);
}
