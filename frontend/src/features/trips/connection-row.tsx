import { ArrowIcon } from '@/components/icons';
import { OfferLink, OfferRow } from '@/components/offer-row';
import { SeatsLeft } from '@/components/seats-left';
import { changesOf, journeyOf } from '@/lib/itinerary';
import { money } from '@/lib/money';
import { durationWords } from '@/lib/time';
import type { Connection } from '@/lib/wire';
import css from './connection-row.module.css';
import { stopsWords } from './words';

/** One way with stops: where, how long one waits there, and what it costs altogether. */
export function ConnectionRow({ connection, seats }: { connection: Connection; seats: number }) {
  const { segments, stops, total_price: price, currency, available_seats: left } = connection;
  const [first] = segments;
  const last = segments.at(-1);
  if (!first || !last) return null;
  const itinerary = journeyOf(first, last);
  const numbers = segments.map(({ flight_number: number }) => number).join(', ');
  return (
    <OfferRow
      itinerary={itinerary}
      open
      about={
        <>
          <span className={css.numbers}>{numbers}</span>
          <SeatsLeft left={left} />
        </>
      }
      price={money(price, currency)}
      priceOf={seats === 1 ? 'per seat' : `for ${seats} seats`}
      action={
        <OfferLink
          to="/trip"
          search={{ flights: segments.map(({ id }) => id).join(), ...(seats > 1 && { seats }) }}
          open
          aria-label={`Choose ${numbers}, ${itinerary.from.clock} to ${itinerary.to.clock}, ${stopsWords(stops)}`}
        >
          <span>Choose</span>
          <ArrowIcon size={18} />
        </OfferLink>
      }
    >
      <p className={css.stops}>
        <strong>{stopsWords(stops)}</strong>{' '}
        {changesOf(segments).map(({ from, minutes }) => (
          <span key={from}>
            {from}, {durationWords(minutes)} wait
          </span>
        ))}
      </p>
    </OfferRow>
  );
}
