import { plural, t } from '@lingui/core/macro';
import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { Card, CardHead } from '@/components/layout/card';
import { Notice } from '@/components/messages/notice';
import { ProblemNote } from '@/components/messages/problem-note';
import { useChangeSeats, useSeatMaps } from '@/features/bookings/api/seats';
import type { Booking, Segment } from '@/lib/api-types';
import { useTimeReached } from '@/lib/hooks/use-time-reached';
import { fromTo } from '@/lib/itineraries';
import { listText } from '@/lib/language';
import { asProblem } from '@/lib/problem';
import { now } from '@/lib/time/server-clock';
import { BestSeatsButton } from './best-seats-button';
import { isPartial, type Picks, picksOf, takenSeats, withoutTaken } from './picks';
import { SeatPicker } from './seat-picker';
import css from './seat-step.module.css';

/** Picks and changes seats on the page of the booking, until check-in closes. Nothing if no flight has seat numbers. */
export function ChangeSeats({ booking, onSaved }: { booking: Booking; onSaved: () => void }) {
  const [open, setOpen] = useState(false);
  const [saved, setSaved] = useState(false);
  const { opener, title } = useFocus(open);
  const { status, segments } = booking;
  const hasSeats = status === 'CONFIRMED' || status === 'HELD';
  const numbered = segments.filter(({ seats_change_until }) => seats_change_until);
  // Renders the card again when the last check-in closes.
  useTimeReached(numbered.at(-1)?.seats_change_until ?? new Date(0).toISOString());
  const changeable = numbered.filter(isOpen);
  if (!hasSeats || changeable.length === 0) return null;
  const anyPicked = changeable.some(({ seat_numbers = [] }) => seat_numbers.length > 0);
  return (
    <Card wide aria-labelledby="change-seats" data-screen-only>
      <CardHead>
        <h2 id="change-seats" ref={title} tabIndex={-1}>
          {t`Seats`}
        </h2>
        <span>{t`Until an hour before departure.`}</span>
      </CardHead>
      {open ? (
        <SeatForm
          booking={booking}
          changeable={changeable}
          onDone={(done) => {
            setSaved(done);
            setOpen(false);
            if (done) onSaved();
          }}
        />
      ) : (
        <div>
          <Button ref={opener} variant="default" onClick={() => setOpen(true)}>
            {anyPicked ? t`Change seats` : t`Choose seats`}
          </Button>
        </div>
      )}
      <p role="status" className={css.saved}>
        {saved && !open && savedText(status)}
      </p>
    </Card>
  );
}

function savedText(status: Booking['status']): string {
  return status === 'CONFIRMED'
    ? t`Your seats are saved. Your ticket is a new one: download it again.`
    : t`Your seats are saved.`;
}

/** When the form opens, the button disappears, so the title gets the focus. When the form closes, the button gets it back. */
function useFocus(open: boolean) {
  const opener = useRef<HTMLButtonElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  const before = useRef(open);
  useEffect(() => {
    if (before.current !== open) (open ? title : opener).current?.focus({ preventScroll: open });
    before.current = open;
  }, [open]);
  return { opener, title };
}

function isOpen({ seats_change_until, flight }: Segment): boolean {
  return !!seats_change_until && Date.parse(seats_change_until) > now() && flight.status !== 'CANCELLED';
}

interface FormProps {
  booking: Booking;
  changeable: Segment[];
  /** Whether seats were saved. */
  onDone: (saved: boolean) => void;
}

function SeatForm({ booking, changeable, onDone }: FormProps) {
  const { seats, segments, passengers } = booking;
  const [picks, setPicks] = useState<Picks>(() =>
    Object.fromEntries(segments.map(({ flight, seat_numbers = [] }) => [flight.id, seat_numbers])),
  );
  const several = changeable.length > 1;
  const [shown, setShown] = useState(several ? '' : changeable[0]?.flight.id);
  const [isSaveTried, setSaveTried] = useState(false);
  const maps = useSeatMaps(changeable.map(({ flight }) => flight.id));
  const change = useChangeSeats(booking.id);
  const gone = change.error ? takenSeats(asProblem(change.error)) : [];
  const partial = changeable.filter(({ flight }) => isPartial(picksOf(picks, flight.id, seats)));

  function save() {
    setSaveTried(true);
    if (partial[0]) return setShown(partial[0].flight.id);
    const wanted = segments.map(({ flight }) => picksOf(picks, flight.id, seats).filter(Boolean));
    change.mutate(wanted, {
      onSuccess: () => onDone(true),
      onError: (error) => setPicks((known) => withoutTaken(known, takenSeats(asProblem(error)))),
    });
  }

  return (
    <>
      {gone.length > 0 ? (
        <Notice
          title={plural(
            { count: gone.length },
            {
              one: `${{ seats: gone.map(({ seat_number }) => seat_number).join(', ') }} was taken by somebody else`,
              other: `${{ seats: gone.map(({ seat_number }) => seat_number).join(', ') }} were taken by somebody else`,
            },
          )}
        >
          <p>{t`You still have the seats that you had. Choose another one, and save again.`}</p>
        </Notice>
      ) : (
        change.error && <ProblemNote error={change.error} title={t`The seats were not changed.`} />
      )}
      <BestSeatsButton
        flights={changeable.map(({ flight }) => flight)}
        travellers={seats}
        onFound={(found) => setPicks((known) => ({ ...known, ...found }))}
        disabled={change.isPending}
      />
      {changeable.map(({ flight, seat_numbers = [] }, index) => {
        const map = maps[index];
        const picked = picksOf(picks, flight.id, seats);
        const isShown = shown === flight.id;
        return (
          <section
            key={flight.id}
            className={css.flight}
            aria-label={t`Seats on ${{ flight: flight.flight_number }}`}
          >
            <div className={css.head}>
              <p className={css.about}>
                <strong>{fromTo(flight.source, flight.destination)}</strong>
                <span>{flight.flight_number}</span>
                {several && (
                  <span className={css.picked}>
                    {picked.filter(Boolean).join(', ') || t`No seats picked`}
                  </span>
                )}
              </p>
              {several && (
                <Button
                  variant="default"
                  size="sm"
                  aria-expanded={isShown}
                  onClick={() => setShown(isShown ? '' : flight.id)}
                >
                  {isShown ? t`Close the map` : picked.some(Boolean) ? t`Change seats` : t`Choose seats`}
                </Button>
              )}
            </div>
            {isShown && !map && <p>{t`Loading the seat map.`}</p>}
            {isShown && map && (
              <SeatPicker
                flightNumber={flight.flight_number}
                map={map}
                own={seat_numbers}
                picked={picked}
                onChange={(chosen) => setPicks({ ...picks, [flight.id]: chosen })}
                nameOf={(traveller) =>
                  passengers[traveller]?.name ?? t`Traveller ${{ number: traveller + 1 }}`
                }
                disabled={change.isPending}
              />
            )}
          </section>
        );
      })}
      {isSaveTried && partial.length > 0 && (
        <p className={css.fault} role="alert">
          {t`Pick a seat for everybody on ${{ flights: listText(partial.map(({ flight }) => flight.flight_number)) }}, or for nobody.`}
        </p>
      )}
      <div className={css.buttons}>
        <Button onClick={save} loading={change.isPending}>
          {t`Save seats`}
        </Button>
        <Button variant="default" onClick={() => onDone(false)}>
          {t`Do not change`}
        </Button>
      </div>
    </>
  );
}
