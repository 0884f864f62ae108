import { t } from '@lingui/core/macro';
import { Button } from '@mantine/core';
import { useBestSeats } from '@/features/bookings/api/seats';
import { listText } from '@/lib/language';
import { asProblem } from '@/lib/problem';
import type { Picks } from './picks';
import css from './seat-step.module.css';

interface Props {
  /** Flights with seat numbers. */
  flights: readonly { id: string; flight_number: string }[];
  travellers: number;
  /** The best seats of each flight that has enough. */
  onFound: (found: Picks) => void;
  disabled: boolean;
}

/** A button that picks the best seats on all flights at once. It is not shown for a single flight, whose seat picker has the same button. */
export function BestSeatsButton({ flights, travellers, onFound, disabled }: Props) {
  const best = useBestSeats();
  if (flights.length < 2) return null;

  function takeBest() {
    best.mutate(
      { flightIds: flights.map(({ id }) => id), travellers },
      {
        onSuccess: (maps) =>
          onFound(
            Object.fromEntries(
              maps.flatMap(({ flight_id, best: seats }) => (seats ? [[flight_id, seats]] : [])),
            ),
          ),
      },
    );
  }

  const full = (best.data ?? []).flatMap(({ flight_id, best: seats }) =>
    seats ? [] : flights.filter(({ id }) => id === flight_id).map(({ flight_number }) => flight_number),
  );
  return (
    <div className={css.best}>
      <Button variant="default" onClick={takeBest} loading={best.isPending} disabled={disabled}>
        {t`Best seats for all flights`}
      </Button>
      {(best.error || full.length > 0) && (
        <p role="alert" className={css.fault}>
          {best.error
            ? asProblem(best.error).message
            : t`There are not enough free seats for all of you on ${{ flights: listText(full) }}.`}
        </p>
      )}
    </div>
  );
}
