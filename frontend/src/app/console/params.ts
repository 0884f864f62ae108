import { textParam } from '@/app/search-params';
import { isDay } from '@/lib/time/time';

/** The unchecked search parameters of an address (after its `?`). Invalid ones are left out. */
type RawParams = Record<string, unknown>;

const ORDERS = ['departure_ts', 'price', 'flight_number', 'created_at'].flatMap((name) => [name, `-${name}`]);
const STATUSES = ['SCHEDULED', 'CANCELLED'];

/** Which flights are listed, and how. */
interface FlightListParams {
  q?: string;
  source?: string;
  destination?: string;
  date?: string;
  /** The first day. Without it the list begins with today. */
  since?: string;
  /** All days, also those in the past. */
  all?: true;
  status?: string;
  /** Not `sort`, which orders the results of a search. */
  order?: string;
}

export function flightListParams(raw: RawParams): FlightListParams {
  return {
    ...textParam('q', raw.q),
    ...textParam('source', raw.source),
    ...textParam('destination', raw.destination),
    ...(isDay(String(raw.date)) && textParam('date', raw.date)),
    ...(isDay(String(raw.since)) && textParam('since', raw.since)),
    ...(raw.all === true && { all: true as const }),
    ...(STATUSES.includes(String(raw.status)) && textParam('status', raw.status)),
    ...(ORDERS.includes(String(raw.order)) && textParam('order', raw.order)),
  };
}

/** A look-up of bookings. `flight` is an id. */
interface BookingListParams {
  reference?: string;
  name?: string;
  user?: string;
  flight?: string;
  status?: string;
}

export function bookingListParams(raw: RawParams): BookingListParams {
  return {
    ...textParam('reference', raw.reference),
    ...textParam('name', raw.name),
    ...textParam('user', raw.user),
    ...textParam('flight', raw.flight),
    ...textParam('status', raw.status),
  };
}

export function importParam(raw: RawParams): { import?: string } {
  return textParam('import', raw.import);
}
