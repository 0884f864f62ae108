import { textParam } from '@/app/search-params';
import { isDay } from '@/lib/time/time';

/** What stands in the addresses of the console after their `?`. What does not fit is left out. */
type Given = Record<string, unknown>;

const ORDERS = ['departure_ts', 'price', 'flight_number', 'created_at'].flatMap((name) => [name, `-${name}`]);
const STATUSES = ['SCHEDULED', 'CANCELLED'];

/** Which flights are listed, and how. */
export interface FlightListParams {
  q?: string;
  source?: string;
  destination?: string;
  date?: string;
  /** The first day. Without it the list begins with today. */
  since?: string;
  /** Every day, also those that are over. */
  all?: true;
  status?: string;
  /** Not `sort`, which orders the results of a search. */
  order?: string;
}

export function flightListParams(given: Given): FlightListParams {
  return {
    ...textParam('q', given.q),
    ...textParam('source', given.source),
    ...textParam('destination', given.destination),
    ...(isDay(String(given.date)) && textParam('date', given.date)),
    ...(isDay(String(given.since)) && textParam('since', given.since)),
    ...(given.all === true && { all: true as const }),
    ...(STATUSES.includes(String(given.status)) && textParam('status', given.status)),
    ...(ORDERS.includes(String(given.order)) && textParam('order', given.order)),
  };
}

/** A look-up of bookings. `flight` is an id. */
export interface BookingListParams {
  reference?: string;
  name?: string;
  user?: string;
  flight?: string;
  status?: string;
}

export function bookingListParams(given: Given): BookingListParams {
  return {
    ...textParam('reference', given.reference),
    ...textParam('name', given.name),
    ...textParam('user', given.user),
    ...textParam('flight', given.flight),
    ...textParam('status', given.status),
  };
}

export function importParam(given: Given): { import?: string } {
  return textParam('import', given.import);
}
