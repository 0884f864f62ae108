import { ItineraryLine } from '@/components/itinerary-line';
import { itineraryOf } from '@/lib/itinerary';
import { money } from '@/lib/money';
import type { Booking, Segment } from '@/lib/wire';
import { connectionWords } from './journey';
import css from './ticket.module.css';
import { Travellers } from './travellers';
import { STATUS_WORDS } from './words';

/** A booking as the piece of paper it once was. */
export function Ticket({ booking }: { booking: Booking }) {
  return (
    <section className={css.shadow} aria-label="Your ticket">
      <div className={css.ticket} data-status={booking.status}>
        <div className={css.body}>
          {booking.segments.map((segment, index) => (
            <Leg key={segment.booking_id} segment={segment} before={booking.segments[index - 1]} />
          ))}
          <Travellers booking={booking} />
        </div>
        <dl className={css.stub}>
          <div>
            <dt>Reference</dt>
            <dd className={css.reference}>{booking.reference}</dd>
          </div>
          <div>
            <dt>Seats</dt>
            <dd>{booking.seats}</dd>
          </div>
          <div>
            <dt>Total</dt>
            <dd>{money(booking.price_total, booking.currency)}</dd>
          </div>
          <div>
            <dt>Status</dt>
            <dd className={css.status}>{STATUS_WORDS[booking.status]}</dd>
          </div>
        </dl>
      </div>
    </section>
  );
}

function Leg({ segment: { flight }, before }: { segment: Segment; before: Segment | undefined }) {
  return (
    <>
      {before && <p className={css.connection}>{connectionWords(before.flight, flight)}</p>}
      <div>
        <p className={css.number}>{flight.flight_number}</p>
        <ItineraryLine itinerary={itineraryOf(flight)} large />
      </div>
    </>
  );
}
