import { plural, t } from '@lingui/core/macro';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { Card, CardHead } from '@/components/layout/card';
import { Notice } from '@/components/messages/notice';
import { useSeatMaps } from '@/features/bookings/api/seats';
import type { Flight } from '@/lib/api-types';
import { fromTo } from '@/lib/itineraries';
import { BestSeatsButton } from './best-seats-button';
import { type Picks, picksOf, type TakenSeat } from './picks';
import { SeatPicker } from './seat-picker';
import css from './seat-step.module.css';

interface Props {
  flights: readonly Flight[];
  travellers: number;
  nameOf: (traveller: number) => string;
  picks: Picks;
  onChange: (picks: Picks) => void;
  /** Seats that were picked here, and that another booking has taken in the meantime. */
  taken: readonly TakenSeat[];
  /** Flights on which some of the travellers have no seat. */
  partial: readonly string[];
  disabled: boolean;
}

/** The section of the checkout where seats are picked. Nothing if no flight has seat numbers. */
export function SeatStep({ flights, travellers, nameOf, picks, onChange, taken, partial, disabled }: Props) {
  const maps = useSeatMaps(flights.flatMap(({ id, cabin }) => (cabin ? [id] : [])));
  const [open, setOpen] = useState<string | null>(null);
  const numbered = maps.flatMap((map) => map ?? []);
  if (numbered.length === 0) return null;
  const withCabin = flights.filter(({ id }) => numbered.some(({ flight_id }) => flight_id === id));
  return (
    <Card wide aria-labelledby="seats">
      <CardHead>
        <h2 id="seats">{t`Seats`}</h2>
        <span>{t`Free of charge. You can also pick and change them later.`}</span>
      </CardHead>
      {taken.length > 0 && <TakenSeatsNotice taken={taken} flights={flights} />}
      <BestSeatsButton
        flights={withCabin}
        travellers={travellers}
        onFound={(found) => onChange({ ...picks, ...found })}
        disabled={disabled}
      />
      {numbered.map((map) => {
        const flight = flights.find(({ id }) => id === map.flight_id);
        if (!flight) return null;
        const picked = picksOf(picks, map.flight_id, travellers);
        const hasTaken = taken.some(({ flight_id }) => flight_id === map.flight_id);
        const isPartialHere = partial.includes(map.flight_id);
        const isOpen = open === map.flight_id || hasTaken || isPartialHere;
        return (
          <section
            key={map.flight_id}
            className={css.flight}
            aria-label={t`Seats on ${{ flight: flight.flight_number }}`}
          >
            <div className={css.head}>
              <p className={css.about}>
                <strong>{fromTo(flight.source, flight.destination)}</strong>
                <span>
                  {flight.flight_number} · {map.cabin?.aircraft}
                </span>
                <span className={css.picked}>{picked.filter(Boolean).join(', ') || t`No seats picked`}</span>
              </p>
              <Button
                variant="default"
                size="sm"
                aria-expanded={isOpen}
                onClick={() => setOpen(isOpen ? '' : map.flight_id)}
              >
                {isOpen ? t`Close the map` : picked.some(Boolean) ? t`Change seats` : t`Choose seats`}
              </Button>
            </div>
            {isPartialHere && (
              <p className={css.fault} role="alert" aria-invalid tabIndex={-1}>
                {t`Pick a seat for everybody on ${{ flights: flight.flight_number }}, or for nobody.`}
              </p>
            )}
            {isOpen && (
              <SeatPicker
                flightNumber={flight.flight_number}
                map={map}
                picked={picked}
                onChange={(seats) => onChange({ ...picks, [map.flight_id]: seats })}
                nameOf={nameOf}
                disabled={disabled}
              />
            )}
          </section>
        );
      })}
    </Card>
  );
}

/** Says which seats were taken, and that the other picks are kept. */
function TakenSeatsNotice({ taken, flights }: { taken: readonly TakenSeat[]; flights: readonly Flight[] }) {
  const named = taken.map(({ flight_id, seat_number }) => {
    const number = flights.length > 1 && flights.find(({ id }) => id === flight_id)?.flight_number;
    return number ? t`${{ seat: seat_number }} on ${{ flight: number }}` : seat_number;
  });
  const seats = named.join(', ');
  const title = plural(
    { count: named.length },
    {
      one: `Seat ${seats} has just been taken`,
      other: `Seats ${seats} have just been taken`,
    },
  );
  return (
    <Notice title={title}>
      <p>
        {plural(
          { count: named.length },
          {
            one: 'Somebody else was a moment faster. Nothing was booked or charged, and the other seats that you picked are kept: choose another one below.',
            other:
              'Somebody else was a moment faster. Nothing was booked or charged, and the other seats that you picked are kept: choose others below.',
          },
        )}
      </p>
    </Notice>
  );
}
