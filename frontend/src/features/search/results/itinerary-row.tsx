import { SeatsLeft } from '@/components/flights/seats-left';
import { connectionsBetween, localSchedule, stopsText, wholeSchedule } from '@/lib/schedule';
import { durationText } from '@/lib/time';
import type { Itinerary } from '@/lib/wire';
import css from './itinerary-row.module.css';
import { ResultLink, ResultRow } from './result-row';

/** An itinerary with stops that was found: where one changes planes, and how long one waits there. */
export function ItineraryRow({ itinerary, seats }: { itinerary: Itinerary; seats: number }) {
  const { segments, total_price, currency, available_seats } = itinerary;
  const schedule = wholeSchedule(segments);
  const { departure, arrival } = localSchedule(schedule);
  const numbers = segments.map(({ flight_number }) => flight_number).join(', ');
  return (
    <ResultRow
      schedule={schedule}
      bookable
      about={
        <>
          <span className={css.numbers}>{numbers}</span>
          <SeatsLeft left={available_seats} />
        </>
      }
      price={{ amount: total_price, currency }}
      seats={seats}
      link={
        <ResultLink
          to="/itinerary"
          search={{ flights: segments.map(({ id }) => id).join(), ...(seats > 1 && { seats }) }}
          obstacle={null}
          aria-label={`Choose ${numbers}, ${departure.clock} to ${arrival.clock}, ${stopsText(segments)}`}
        />
      }
    >
      <p className={css.stops}>
        <strong>{stopsText(segments)}</strong>{' '}
        {connectionsBetween(segments).map(({ arrivesIn, minutes }) => (
          <span key={arrivesIn}>
            {arrivesIn}, {durationText(minutes)} wait
          </span>
        ))}
      </p>
    </ResultRow>
  );
}
