import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import type { Connection, Flight } from '@/lib/wire';
import { openApp } from '@/testing/app';
import { network, problem } from '@/testing/network';
import { booking, FLIGHT, job, TOKEN, TRAVELLER } from '@/testing/samples';

const FIRST: Flight = { ...FLIGHT, price: '1000.10' };
const SECOND: Flight = {
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
const WAY: Connection = {
  segments: [FIRST, SECOND],
  stops: 1,
  duration_minutes: 840,
  total_price: '62000.60',
  currency: 'INR',
  available_seats: 4,
};
const IDS = `${FIRST.id},${SECOND.id}`;
const TRIP = `/trip?flights=${IDS}&seats=2`;

function flightsAre(...flights: Flight[]) {
  network.use(
    http.get('/api/v1/flights/:id', ({ params }) => {
      const flight = flights.find(({ id }) => id === params.id);
      return flight
        ? HttpResponse.json(flight)
        : problem(404, 'flight_not_found', 'There is no such flight.');
    }),
  );
}

function deskAnswers(...answers: (() => Response)[]) {
  const wishes: { key: string | null; body: unknown }[] = [];
  network.use(
    http.post('/api/v1/booking', async ({ request }) => {
      wishes.push({ key: request.headers.get('Idempotency-Key'), body: await request.json() });
      return (answers[wishes.length - 1] ?? answers.at(-1))?.();
    }),
  );
  return wishes;
}

const accept = () =>
  HttpResponse.json(
    { job_id: 'j', booking_id: booking().id, status: 'PENDING', status_url: '/x' },
    { status: 202 },
  );

beforeEach(() => {
  flightsAre(FIRST, SECOND);
  network.use(
    http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER)),
    http.get('/api/v1/search', () => HttpResponse.json([])),
    http.get('/api/v1/jobs/:id', () => HttpResponse.json(job(booking()))),
  );
});

test('where no flight goes directly, the ways with a change of plane are shown', async () => {
  const asked: URLSearchParams[] = [];
  network.use(
    http.get('/api/v1/itineraries', ({ request }) => {
      asked.push(new URL(request.url).searchParams);
      return HttpResponse.json({ data: [WAY], complete: true });
    }),
  );
  const { user, where } = openApp('/?from=Delhi&to=London&date=2099-12-01&seats=2');
  expect(await screen.findByRole('heading', { name: 'No direct flights on Tue 1 Dec 2099' })).toBeVisible();
  const row = within(screen.getByRole('list'));
  expect(row.getByText('1 stop')).toBeVisible();
  expect(row.getByText('Mumbai, 2 h 15 min wait')).toBeVisible();
  expect(row.getByText('14 h')).toBeVisible();
  expect(row.getByText('AI-202, BA-138')).toBeVisible();
  expect(row.getByText('Only 4 left')).toBeVisible();
  expect(row.getByText('for 2 seats')).toBeVisible();
  expect(row.getByText(/62,000.60/)).toBeVisible();
  expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({ max_stops: '2', seats: '2', sort: 'price' });
  await user.click(row.getByRole('link', { name: /Choose AI-202, BA-138/ }));
  expect(await screen.findByText(/Change of plane in Mumbai/)).toHaveTextContent('2 h 15 min');
  expect(decodeURIComponent(where())).toBe(TRIP);
});

test('direct flights that are too full have the other ways below them', async () => {
  network.use(
    http.get('/api/v1/search', () => HttpResponse.json([{ ...FLIGHT, available_seats: 0 }])),
    http.get('/api/v1/itineraries', () => HttpResponse.json({ data: [WAY], complete: true })),
  );
  openApp('/?from=Delhi&to=London&date=2099-12-01');
  expect(await screen.findByRole('heading', { name: 'With a change of plane' })).toBeVisible();
  expect(screen.getByText('1 flight')).toBeVisible();
});

test('connections that cannot be loaded say so', async () => {
  network.use(
    http.get('/api/v1/itineraries', () => problem(500, 'internal', 'Something went wrong on our side.')),
  );
  openApp('/?from=Delhi&to=London&date=2099-12-01');
  expect(await screen.findByRole('alert')).toHaveTextContent('The connections could not be loaded.');
});

test('a stranger signs in and comes back to the same trip, which is booked as one', async () => {
  network.use(http.post('/api/v1/auth/token', () => HttpResponse.json(TOKEN)));
  const wishes = deskAnswers(() => HttpResponse.error(), accept);
  const { user, where } = openApp(TRIP);
  expect(await screen.findByText(/62,000.60/)).toBeVisible();
  await user.click(screen.getByRole('link', { name: 'Sign in to book' }));
  await user.type(await screen.findByLabelText('Username'), 'asha');
  await user.type(screen.getByLabelText('Password'), 'a long walk in the rain');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  await user.click(await screen.findByRole('button', { name: 'Book 2 seats on 2 flights' }));
  expect(await screen.findByRole('heading', { name: 'You are booked' })).toBeVisible();
  expect(where()).toBe(`/bookings/${booking().id}`);
  expect(wishes.map(({ body }) => body)).toEqual(Array(2).fill({ flight_ids: IDS.split(','), seats: 2 }));
  expect(wishes[0]?.key).toMatch(/^[0-9a-f]{32}$/);
  expect(wishes[1]?.key).toBe(wishes[0]?.key);
});

test.each([
  [409, 'sold_out', 'Somebody was quicker'],
  [409, 'flight_departed', 'One of these flights has left'],
  [422, 'not_chronological', 'These flights do not connect'],
  [422, 'mixed_currencies', 'These flights cannot be booked together'],
])('a trip that is refused says why: %i %s', async (status, code, words) => {
  const wishes = deskAnswers(() => problem(status, code, 'No.'));
  const { user } = openApp(TRIP, { as: 'member' });
  const book = await screen.findByRole('button', { name: 'Book 2 seats on 2 flights' });
  await user.click(book);
  expect(await screen.findByRole('alert')).toHaveTextContent(words);
  await user.click(book);
  expect(await screen.findByRole('alert')).toHaveTextContent(words);
  expect(wishes[1]?.key).not.toBe(wishes[0]?.key);
});

test('a trip that was booked a moment ago is asked about, and booked when it was meant', async () => {
  const wishes = deskAnswers(
    () => problem(409, 'possible_duplicate', 'A moment ago.', { booking_id: 'earlier' }),
    accept,
  );
  const { user } = openApp(TRIP, { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Book 2 seats on 2 flights' }));
  expect(await screen.findByRole('link', { name: 'See that booking' })).toHaveAttribute(
    'href',
    '/bookings/earlier',
  );
  await user.click(screen.getByRole('button', { name: 'Book it all the same' }));
  expect(await screen.findByRole('heading', { name: 'You are booked' })).toBeVisible();
  expect(wishes[1]?.body).toMatchObject({ allow_duplicate: true });
});

test('flights in several currencies are booked one by one', async () => {
  flightsAre(FIRST, { ...SECOND, currency: 'GBP' });
  openApp(TRIP, { as: 'member' });
  expect(await screen.findByText('These flights cannot be booked together')).toBeVisible();
  expect(screen.getByRole('link', { name: 'BA-138, Mumbai to London' })).toHaveAttribute(
    'href',
    `/flights/${SECOND.id}?seats=2`,
  );
  expect(screen.queryByRole('button', { name: /^Book/ })).not.toBeInTheDocument();
});

test('what the fullest flight has is what one can take', async () => {
  flightsAre(FIRST, { ...SECOND, available_seats: 1 });
  const { user, where } = openApp(TRIP, { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Only 1 left: take 1' }));
  expect(await screen.findByRole('button', { name: 'Book 1 seat on 2 flights' })).toBeVisible();
  expect(where()).toContain('seats=1');
});

test('an address that is no trip is not here', async () => {
  openApp(`/trip?flights=${FIRST.id}`);
  expect(await screen.findByRole('heading', { name: 'This trip is not here' })).toBeVisible();
});

test('a trip with a flight that is gone says so', async () => {
  flightsAre(FIRST);
  openApp(TRIP);
  expect(await screen.findByRole('heading', { name: 'One flight of this trip is not here' })).toBeVisible();
});
