import { i18n } from '@lingui/core';
import { plural, t } from '@lingui/core/macro';
import { Fragment } from 'react';
import { ConnectionNote } from '@/components/flights/connection-note';
import { ScheduleLine } from '@/components/flights/schedule-line';
import { STATUS_LABELS } from '@/features/bookings/status-labels';
import { airlineCode, airlineName } from '@/lib/airlines';
import type { Booking, Segment } from '@/lib/api-types';
import { itinerariesOf, itineraryHeadings } from '@/lib/itineraries';
import { money } from '@/lib/money';
import { connectionsBetween } from '@/lib/time/schedule';
import { CopyReference } from './copy-reference';
import { PassengerList } from './passenger-list';
import css from './ticket.module.css';

interface Props {
  booking: Booking;
  /** A name on the ticket has changed. */
  onRenamed: () => void;
}

/** All segments of a booking, its travellers, and its reference, drawn like a paper ticket. */
export function Ticket({ booking, onRenamed }: Props) {
  const itineraries = itinerariesOf(booking.segments.map(({ flight }) => flight));
  const headings = itineraryHeadings(itineraries);
  return (
    <section className={css.shadow} aria-label={t`Your ticket`}>
      <div className={css.ticket} data-status={booking.status}>
        <div className={css.body}>
          {itineraries.map((itinerary, index) => (
            <div key={itinerary[0]?.id} className={css.itinerary}>
              {itineraries.length > 1 && <h2>{headings[index]}</h2>}
              <ItineraryFlights flights={itinerary} seats={seatsByFlight(booking)} />
            </div>
          ))}
          <PassengerList booking={booking} onRenamed={onRenamed} />
        </div>
        <dl className={css.stub}>
          <div>
            <dt>{t`Reference`}</dt>
            <dd className={css.reference}>
              {booking.reference}
              <CopyReference reference={booking.reference} />
            </dd>
          </div>
          <div>
            <dt>{t`Seats`}</dt>
            <dd>{booking.seats}</dd>
          </div>
          <div>
            <dt>{t`Total`}</dt>
            <dd>{money(booking.price_total, booking.currency)}</dd>
          </div>
          <div>
            <dt>{t`Status`}</dt>
            <dd className={css.status}>{i18n._(STATUS_LABELS[booking.status])}</dd>
          </div>
        </dl>
      </div>
    </section>
  );
}

/** The seat numbers of each flight, by its id. */
function seatsByFlight({ segments }: Booking): Record<string, readonly string[]> {
  return Object.fromEntries(segments.map(({ flight, seat_numbers = [] }) => [flight.id, seat_numbers]));
}

interface ItineraryProps {
  flights: Segment['flight'][];
  seats: Readonly<Record<string, readonly string[]>>;
}

function ItineraryFlights({ flights, seats }: ItineraryProps) {
  const connections = connectionsBetween(flights);
  return flights.map((flight, index) => {
    const connection = connections[index];
    return (
      <Fragment key={flight.id}>
        <div>
          <p className={css.about}>
            {airlineName(airlineCode(flight.flight_number))}{' '}
            <span className={css.number}>{flight.flight_number}</span>
            <SeatNumbers seats={seats[flight.id] ?? []} />
          </p>
          <ScheduleLine schedule={flight} large />
        </div>
        {connection && <ConnectionNote connection={connection} />}
      </Fragment>
    );
  });
}

function SeatNumbers({ seats }: { seats: readonly string[] }) {
  if (seats.length === 0) return null;
  return (
    <span className={css.seats}>
      {plural(
        { count: seats.length },
        { one: `Seat ${{ seats: seats.join(', ') }}`, other: `Seats ${{ seats: seats.join(', ') }}` },
      )}
    </span>
  );
}
