import { Button } from '@mantine/core';
import { useState } from 'react';
import { Card, CardHead } from '@/components/layout/card';
import { Notice } from '@/components/messages/notice';
import { useSeatMaps } from '@/features/bookings/api/seats';
import type { Flight } from '@/lib/wire';
import { type GoneSeat, type Picks, picksOf } from './picks';
import { SeatPicker } from './seat-picker';
import css from './seat-step.module.css';

interface Props {
  flights: readonly Flight[];
  travellers: number;
  nameOf: (traveller: number) => string;
  picks: Picks;
  onChange: (picks: Picks) => void;
  /** Seats that were picked here, and that somebody else has taken. */
  gone: readonly GoneSeat[];
  /** Flights on which some of the travellers have no seat. */
  partial: readonly string[];
  disabled: boolean;
}

/** The seats of a booking that is being put together. Nothing where no flight has seats with numbers. */
export function SeatStep({ flights, travellers, nameOf, picks, onChange, gone, partial, disabled }: Props) {
  const maps = useSeatMaps(flights.flatMap(({ id, cabin }) => (cabin ? [id] : [])));
  const [open, setOpen] = useState<string | null>(null);
  const numbered = maps.flatMap((map) => map ?? []);
  if (numbered.length === 0) return null;
  return (
    <Card wide aria-labelledby="seats">
      <CardHead>
        <h2 id="seats">Seats</h2>
        <span>Free of charge. You can also pick and change them later.</span>
      </CardHead>
      {gone.length > 0 && <GoneNotice gone={gone} flights={flights} />}
      {numbered.map((map) => {
        const flight = flights.find(({ id }) => id === map.flight_id);
        if (!flight) return null;
        const picked = picksOf(picks, map.flight_id, travellers);
        const lost = gone.some(({ flight_id }) => flight_id === map.flight_id);
        const faulty = partial.includes(map.flight_id);
        const isOpen = open === map.flight_id || lost || faulty;
        return (
          <section key={map.flight_id} className={css.flight} aria-label={`Seats on ${flight.flight_number}`}>
            <div className={css.head}>
              <p className={css.about}>
                <strong>
                  {flight.source} to {flight.destination}
                </strong>
                <span>
                  {flight.flight_number} · {map.cabin?.aircraft}
                </span>
                <span className={css.picked}>{picked.filter(Boolean).join(', ') || 'No seats picked'}</span>
              </p>
              <Button
                variant="default"
                size="sm"
                aria-expanded={isOpen}
                onClick={() => setOpen(isOpen ? '' : map.flight_id)}
              >
                {isOpen ? 'Close the map' : picked.some(Boolean) ? 'Change seats' : 'Choose seats'}
              </Button>
            </div>
            {faulty && (
              <p className={css.fault} role="alert" aria-invalid tabIndex={-1}>
                Pick a seat for everybody on {flight.flight_number}, or for nobody.
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

/** Which seats are gone, and that the others are kept. */
function GoneNotice({ gone, flights }: { gone: readonly GoneSeat[]; flights: readonly Flight[] }) {
  const named = gone.map(({ flight_id, seat_number }) => {
    const number = flights.length > 1 && flights.find(({ id }) => id === flight_id)?.flight_number;
    return number ? `${seat_number} on ${number}` : seat_number;
  });
  const one = named.length === 1;
  return (
    <Notice title={`${one ? 'Seat' : 'Seats'} ${named.join(', ')} ${one ? 'has' : 'have'} just been taken`}>
      <p>
        Somebody else was a moment faster. Nothing was booked or charged, and the other seats that you picked
        are kept: choose {one ? 'another one' : 'others'} below.
      </p>
    </Notice>
  );
}
