import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import type { Place } from '@/lib/api-types';
import { PLACES } from './places';

/** The server, and the only thing that tests replace. Each test adds the responses that it needs with `network.use(...)`. */
export const network = setupServer(
  http.get('/admin/flights/bulk-upload/:id/faults', () => HttpResponse.json({ data: [] })),
  http.get('/api/v1/airports', () => HttpResponse.json(PLACES.map((place) => place.name))),
  http.get('/api/v1/itineraries', () => HttpResponse.json({ data: [], complete: true })),
  http.get('/api/v1/bookings', () => HttpResponse.json({ data: [], next_cursor: null })),
  http.get('/api/v1/calendar', () => HttpResponse.json({ data: [] })),
  http.get('/api/v1/fare-watches', () => HttpResponse.json({ data: [] })),
  http.get('/api/v1/bookings/:id/fare', () => HttpResponse.json(SAME_FARE)),
  http.get('/api/v1/configuration', () => HttpResponse.json(CONFIGURATION)),
  http.get('/api/v1/airports/suggest', ({ request }) => HttpResponse.json(matching(request))),
  http.get('/api/v1/auth/email', () => HttpResponse.json({ email: null, sends: false })),
  http.get('/api/v1/mails', () => HttpResponse.json({ data: [], next_cursor: null })),
  http.get('/api/v1/flights/:id/waitlist', () => problem(404, 'not_waiting', 'You are not waiting.')),
);

/** What a booking is when no fare has fallen. */
const SAME_FARE = { booked_total: '15000.00', total: '15000.00', currency: 'INR', rebookable: false };

/** An installation as it is by default. */
export const CONFIGURATION = {
  payment_required: false,
  hold_minutes: 15,
  hold_limit: 4,
  cancellation: { free_hours: 24, free_days: 7, fee_percent: '25', no_refund_hours: 24 },
};

function matching(request: Request): Place[] {
  const q = new URL(request.url).searchParams.get('q')?.toLowerCase() ?? '';
  return PLACES.filter(({ name, iata }) => name.toLowerCase().startsWith(q) || iata?.toLowerCase() === q);
}

/** An error response of the API (RFC 9457). */
export function problem(
  status: number,
  code: string,
  detail: string,
  more: object = {},
  headers: HeadersInit = {},
) {
  const body = { type: `urn:skyqueue:problem:${code}`, title: code, status, detail, code, ...more };
  return HttpResponse.json(body, {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...headers },
  });
}
