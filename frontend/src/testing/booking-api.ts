import { HttpResponse, http } from 'msw';
import type { Booking, Flight } from '@/lib/api-types';
import { network, problem } from './network';
import { booking, job } from './samples';

interface BookingCall {
  key: string | null;
  body: unknown;
}

/** Responds to `POST /api/v1/booking` with these in turn, and then always with the last one. Returns the calls. */
export function respondToBookings(...responses: (() => Response)[]): BookingCall[] {
  const calls: BookingCall[] = [];
  network.use(
    http.post('/api/v1/booking', async ({ request }) => {
      calls.push({ key: request.headers.get('Idempotency-Key'), body: await request.json() });
      return (responses[calls.length - 1] ?? responses.at(-1))?.();
    }),
  );
  return calls;
}

/** The response to a booking that was accepted. */
export function accepted(): Response {
  const { id } = booking();
  const body = { job_id: id, booking_id: id, status: 'PENDING', status_url: `/api/v1/jobs/${id}` };
  return HttpResponse.json(body, { status: 202 });
}

/** The job of every booking is this one. */
export function jobIs(of: Booking): void {
  network.use(http.get('/api/v1/jobs/:id', () => HttpResponse.json(job(of))));
}

/** The flights of the server, by their ids. */
export function flightsAre(...flights: Flight[]): void {
  network.use(
    http.get('/api/v1/flights/:id', ({ params }) => {
      const flight = flights.find(({ id }) => id === params.id);
      return flight
        ? HttpResponse.json(flight)
        : problem(404, 'flight_not_found', 'There is no such flight.');
    }),
  );
}
