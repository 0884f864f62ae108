import type { Booking, Flight, Job, Payment, Refund, SeatMap, Segment } from '@/lib/api-types';

export const FLIGHT: Flight = {
  id: '0199a000-0000-7000-8000-00000000000f',
  flight_number: 'AI-202',
  source: 'Delhi',
  source_iata: 'DEL',
  source_timezone: 'Asia/Kolkata',
  destination: 'Mumbai',
  destination_iata: 'BOM',
  destination_timezone: 'Asia/Kolkata',
  departure_ts: '2099-12-01T04:30:00Z',
  arrival_ts: '2099-12-01T06:40:00Z',
  total_seats: 180,
  available_seats: 120,
  price: '7500.00',
  currency: 'INR',
  status: 'SCHEDULED',
  version: 1,
};

/** Goes on from Mumbai to London, 2 h 15 min after FLIGHT has arrived there. */
export const NEXT_FLIGHT: Flight = {
  ...FLIGHT,
  id: '0199a000-0000-7000-8000-0000000000f2',
  flight_number: 'BA-138',
  source: 'Mumbai',
  source_iata: 'BOM',
  destination: 'London',
  destination_iata: 'LHR',
  destination_timezone: 'Europe/London',
  departure_ts: '2099-12-01T08:55:00Z',
  arrival_ts: '2099-12-01T18:30:00Z',
  available_seats: 4,
  price: '30000.20',
};

/** Of FLIGHT: three rows of a seat, an aisle and two seats. */
export const SEAT_MAP: SeatMap = {
  flight_id: FLIGHT.id,
  cabin: {
    name: 'C208-9',
    aircraft: 'Cessna Caravan',
    seats: 9,
    sections: [
      {
        cabin_class: 'economy',
        columns: ['A', null, 'C', 'D'],
        rows: [1, 2, 3].map((number) => ({
          number,
          exit: number === 1,
          seats: [`${number}A`, null, `${number}C`, `${number}D`],
        })),
      },
    ],
    blocked: [],
  },
  taken: ['1A', '2D'],
  best: null,
};

export function booking(changes: Partial<Booking> = {}): Booking {
  const { available_seats, total_seats, price, currency, version, ...flight } = FLIGHT;
  const bookingId = '0199a000-0000-7000-8000-00000000000b';
  return {
    id: bookingId,
    trip_id: bookingId,
    reference: 'K7WQ2M',
    user_id: '0199a000-0000-7000-8000-00000000000a',
    status: 'CONFIRMED',
    flight_id: flight.id,
    seats: 2,
    price_total: '15000.00',
    currency: 'INR',
    payment_mode: 'none',
    passengers: [],
    schedule_change: null,
    awaiting_payment: false,
    payment_required_by: null,
    payment: null,
    rescued_at: null,
    refund: null,
    hold_expires_at: null,
    failure: null,
    available_actions: ['cancel'],
    segments: [{ booking_id: bookingId, flight, seats: 2, price_total: '15000.00' }],
    timeline: [{ stage: 'accepted', at: '2026-11-23T10:00:00Z', ms: 0 }],
    created_at: '2026-11-23T10:00:00Z',
    updated_at: '2026-11-23T10:00:00Z',
    finished_at: null,
    ...changes,
  };
}

/** A booking whose seats are held until then. It is not paid yet. */
export function hold(until: string, changes: Partial<Booking> = {}): Booking {
  return booking({
    status: 'HELD',
    payment_mode: 'hold',
    awaiting_payment: true,
    payment_required_by: until,
    hold_expires_at: until,
    available_actions: ['pay', 'cancel'],
    ...changes,
  });
}

/** A payment of the whole price of a sample booking. */
export function payment(changes: Partial<Payment> = {}): Payment {
  return {
    id: '0199a000-0000-7000-8000-00000000000c',
    amount: '15000.00',
    currency: 'INR',
    status: 'SUCCEEDED',
    decline_code: null,
    created_at: '2026-11-23T10:00:00Z',
    ...changes,
  };
}

export function refund(changes: Partial<Refund> = {}): Refund {
  return { amount: '15000.00', currency: 'INR', status: 'PENDING', reason: 'cancelled', ...changes };
}

export function segment(changes: Partial<Segment['flight']> = {}): Segment {
  const { available_seats, total_seats, price, currency, version, ...flight } = FLIGHT;
  const booked = { ...flight, ...changes };
  return { booking_id: booked.id, flight: booked, seats: 2, price_total: '15000.00' };
}

/** The job that makes a booking. */
export function job(of: Booking, changes: Partial<Job> = {}): Job {
  return {
    job_id: of.id,
    kind: 'booking',
    status: of.status,
    done: of.status !== 'PENDING',
    booking: of,
    failure: of.failure,
    timeline: of.timeline,
    queue_position: null,
    eta_ms: null,
    created_at: of.created_at,
    finished_at: of.finished_at,
    ...changes,
  };
}

export const TRAVELLER = {
  id: '0199a000-0000-7000-8000-00000000000a',
  username: 'asha',
  role: 'traveller',
} as const;
export const ADMIN = { ...TRAVELLER, username: 'root', role: 'admin' } as const;
export const TOKEN = { access_token: 'a-token', token_type: 'bearer', expires_in: 900 } as const;
