import { HttpResponse, http } from 'msw';
import type { Booking, Flight } from '@/lib/wire';
import { network, problem } from './network';
import { booking, job } from './samples';

interface BookingCall {
  key: string | null;
  body: unknown;
}

/** Answers `POST /api/v1/booking` with these in turn, the last one again and again. Returns the calls. */
export function answerBookings(...answers: (() => Response)[]): BookingCall[] {
  const calls: BookingCall[] = [];
  network.use(
    http.post('/api/v1/booking', async ({ request }) => {
      calls.push({ key: request.headers.get('Idempotency-Key'), body: await request.json() });
      return (answers[calls.length - 1] ?? answers.at(-1))?.();
    }),
  );
  return calls;
}

/** The answer to a booking that was accepted. */
export function accepted(): Response {
  const { id } = booking();
  const body = { job_id: id, booking_id: id, status: 'PENDING', status_url: `/api/v1/jobs/${id}` };
  return HttpResponse.json(body, { status: 202 });
}

/** Answers the job of every booking with this one. */
export function jobIs(of: Booking): void {
  network.use(http.get('/api/v1/jobs/:id', () => HttpResponse.json(job(of))));
}

/** The flights that the server knows, by their ids. */
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
