import { t } from '@lingui/core/macro';
import { Fragment, type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { Cabin } from '@/lib/api-types';
import { classText, seatPositions, seatPositionText } from './picks';
import css from './seat-grid.module.css';

interface Props {
  label: string;
  cabin: Cabin;
  /** Of others. */
  taken: ReadonlySet<string>;
  /** The seat of each traveller of this booking; an empty text for none. */
  picked: readonly string[];
  nameOf: (traveller: number) => string;
  onPick: (seat: string) => void;
  disabled: boolean;
}

/** The movement of each key, in rows and columns. */
const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-5, 0],
  PageDown: [5, 0],
};

/** The seat map of a cabin. One seat can be reached with Tab, and the arrow keys move from seat to seat. */
export function SeatGrid({ label, cabin, taken, picked, nameOf, onPick, disabled }: Props) {
  const positions = useMemo(() => seatPositions(cabin), [cabin]);
  const rows = useMemo(() => cabin.sections.flatMap((section) => section.rows), [cabin]);
  const first = picked.find(Boolean) ?? rows.flatMap(({ seats }) => seats.find(Boolean) ?? [])[0] ?? '';
  const [current, setCurrent] = useState<string | null>(null);
  const cabinBox = useRef<HTMLDivElement>(null);
  const entry = current && positions.has(current) ? current : first;

  // Scrolls the map to the picked seat, also if it was picked from the list. The page itself does not scroll.
  const own = picked.filter(Boolean).join(' ');
  useEffect(() => {
    const box = cabinBox.current;
    const seat = own && box?.querySelector<HTMLElement>('[data-state="yours"]');
    if (!box || !seat) return;
    const below = seat.getBoundingClientRect().top - box.getBoundingClientRect().top;
    if (below < 0 || below > box.clientHeight - seat.clientHeight) {
      box.scrollTop += below - box.clientHeight / 3;
    }
  }, [own]);

  function moveFocus(event: KeyboardEvent, row: number, column: number) {
    const target =
      event.key === 'Home' || event.key === 'End' ? ends(event.key, row) : step(event.key, row, column);
    if (!target) return;
    event.preventDefault();
    setCurrent(target);
    cabinBox.current?.querySelector<HTMLElement>(`[data-seat="${target}"]`)?.focus();
  }

  function ends(key: string, row: number): string | undefined {
    const seats = rows[row]?.seats.filter((seat) => seat !== null) ?? [];
    return (key === 'Home' ? seats[0] : seats.at(-1)) ?? undefined;
  }

  /** The next seat in this direction, within the rows of the cabin. */
  function step(key: string, row: number, column: number): string | undefined {
    const [down, right] = MOVES[key] ?? [0, 0];
    if (right) {
      for (let at = column + right; at >= 0 && at < (rows[row]?.seats.length ?? 0); at += right) {
        const seat = rows[row]?.seats[at];
        if (seat) return seat;
      }
      return undefined;
    }
    if (!down) return undefined;
    const next = Math.min(Math.max(row + down, 0), rows.length - 1);
    const width = rows[row]?.seats.length ?? 1;
    const seats = rows[next]?.seats ?? [];
    // Sections may have other columns: the seat on the same side is the nearest one.
    const wanted = Math.round((column / Math.max(width - 1, 1)) * (seats.length - 1));
    return nearest(seats, wanted);
  }

  let number = -1;
  return (
    <div ref={cabinBox} className={css.cabin}>
      {/* biome-ignore lint/a11y/useSemanticElements: a table of buttons is no grid */}
      <div role="grid" aria-label={label} aria-rowcount={rows.length} className={css.grid}>
        {cabin.sections.map(({ cabin_class, columns, rows: own }) => (
          <Fragment key={own[0]?.number}>
            {cabin.sections.length > 1 && (
              <p className={css.section} role="presentation">
                {classText(cabin_class)}
              </p>
            )}
            <div className={css.row} style={template(columns)} aria-hidden>
              {columns.map((letter, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
                <span key={index} className={css.letter}>
                  {letter}
                </span>
              ))}
            </div>
            {own.map((row) => {
              number += 1;
              const at = number;
              return (
                // biome-ignore lint/a11y/useSemanticElements: as above
                // biome-ignore lint/a11y/useFocusableInteractive: its cells have the focus
                <div
                  key={row.number}
                  role="row"
                  aria-label={
                    row.exit ? t`Row ${{ row: row.number }}, exit row` : t`Row ${{ row: row.number }}`
                  }
                  className={css.row}
                  data-exit={row.exit || undefined}
                  style={template(columns)}
                >
                  {row.seats.map((seat, column) => {
                    if (seat === null) {
                      const isAisle = columns[column] === null;
                      return (
                        // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
                        <span key={column} className={css.aisle} aria-hidden>
                          {isAisle && row.number}
                        </span>
                      );
                    }
                    const traveller = picked.indexOf(seat);
                    const blocked = cabin.blocked.includes(seat);
                    const isTaken = blocked || (taken.has(seat) && traveller < 0);
                    const state =
                      traveller >= 0
                        ? t`yours, ${{ name: nameOf(traveller) }}`
                        : blocked
                          ? t`not for sale`
                          : isTaken
                            ? t`taken`
                            : t`free`;
                    return (
                      // biome-ignore lint/a11y/useSemanticElements: as above
                      // biome-ignore lint/a11y/useFocusableInteractive: its button has the focus
                      <div key={seat} role="gridcell" aria-selected={traveller >= 0}>
                        <button
                          type="button"
                          data-seat={seat}
                          data-state={traveller >= 0 ? 'yours' : isTaken ? 'taken' : 'free'}
                          className={css.seat}
                          tabIndex={seat === entry ? 0 : -1}
                          aria-label={`${seat}, ${seatPositionText(positions.get(seat))}, ${state}`}
                          aria-disabled={isTaken || disabled || undefined}
                          onFocus={() => setCurrent(seat)}
                          onKeyDown={(event) => moveFocus(event, at, column)}
                          onClick={() => {
                            if (!isTaken && !disabled) onPick(seat);
                          }}
                        >
                          {traveller >= 0 ? traveller + 1 : isTaken ? '×' : ''}
                        </button>
                      </div>
                    );
                  })}
                </div>
              );
            })}
          </Fragment>
        ))}
      </div>
    </div>
  );
}

function nearest(seats: readonly (string | null)[], wanted: number): string | undefined {
  for (let away = 0; away < seats.length; away += 1) {
    const seat = seats[wanted - away] ?? seats[wanted + away];
    if (seat) return seat;
  }
  return undefined;
}

function template(columns: readonly (string | null)[]) {
  return {
    gridTemplateColumns: columns
      .map((letter) => (letter ? 'minmax(24px, 2.6rem)' : 'minmax(16px, 2rem)'))
      .join(' '),
  };
}
