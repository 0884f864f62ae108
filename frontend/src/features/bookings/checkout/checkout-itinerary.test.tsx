import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { openApp } from '@/testing/app';
import { flightsAre, respondToBookings } from '@/testing/booking-api';
import { network, problem } from '@/testing/network';
import { FLIGHT, NEXT_FLIGHT, TRAVELLER } from '@/testing/samples';

const PAGE = `/itinerary?flights=${FLIGHT.id},${NEXT_FLIGHT.id}&seats=2`;

beforeEach(() => {
  flightsAre({ ...FLIGHT, price: '1000.10' }, NEXT_FLIGHT);
  network.use(http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER)));
});

test('an itinerary shows its flights, its connections and its price', async () => {
  openApp(PAGE);
  expect(await screen.findByRole('heading', { name: 'Delhi to London' })).toBeVisible();
  expect(screen.getByText('1 stop, 14 h')).toBeVisible();
  expect(screen.getByText('Change of plane in Mumbai: 2 h 15 min')).toBeVisible();
  expect(screen.getByText('AI-202 × 2').nextSibling).toHaveTextContent('₹2,000.20');
  expect(screen.getByText('BA-138 × 2').nextSibling).toHaveTextContent('₹60,000.40');
  expect(screen.getByText('Total').nextSibling).toHaveTextContent('₹62,000.60');
});

test.each([
  [409, 'sold_out', 'Another booking was faster'],
  [409, 'flight_not_found', 'One of these flights no longer exists'],
  [422, 'not_chronological', 'These flights cannot be booked together'],
  [422, 'mixed_currencies', 'These flights cannot be booked together'],
])('a refusal says why, and the next try is a new request: %i %s', async (status, code, text) => {
  const calls = respondToBookings(() => problem(status, code, 'No.'));
  const { user } = openApp(PAGE, { as: 'member' });
  const button = await screen.findByRole('button', { name: 'Pay ₹62,000.60' });
  await user.click(button);
  expect(await screen.findByRole('alert')).toHaveTextContent(text);
  await user.click(button);
  await waitFor(() => expect(calls).toHaveLength(2));
  expect(await screen.findByRole('alert')).toHaveTextContent(text);
  expect(calls[1]?.key).not.toBe(calls[0]?.key);
});

test('flights in several currencies are booked one by one', async () => {
  flightsAre(FLIGHT, { ...NEXT_FLIGHT, currency: 'GBP' });
  openApp(PAGE, { as: 'member' });
  expect(await screen.findByText('These flights cannot be booked together')).toBeVisible();
  expect(screen.getByRole('link', { name: 'BA-138, Mumbai to London' })).toHaveAttribute(
    'href',
    `/flights/${NEXT_FLIGHT.id}?seats=2`,
  );
  expect(screen.queryByRole('button', { name: /^Book/ })).not.toBeInTheDocument();
});

test('a sold-out flight of an itinerary leads to its waiting list', async () => {
  flightsAre(FLIGHT, { ...NEXT_FLIGHT, available_seats: 0 });
  openApp(PAGE, { as: 'member' });
  expect(await screen.findByText(/BA-138 has no free seats/)).toBeVisible();
  const links = within(screen.getByRole('status')).getAllByRole('link');
  expect(links.map((link) => link.getAttribute('href'))).toEqual([`/flights/${NEXT_FLIGHT.id}?seats=2`]);
});

test('a flight that leaves before the one before it has arrived cannot be booked with it', async () => {
  flightsAre(FLIGHT, { ...NEXT_FLIGHT, departure_ts: '2099-12-01T06:00:00Z' });
  openApp(PAGE, { as: 'member' });
  expect(await screen.findByText('These flights do not connect')).toBeVisible();
  expect(screen.getByText(/leaves Mumbai 40 min before this one arrives/)).toBeVisible();
  expect(screen.queryByRole('button', { name: /^Book/ })).not.toBeInTheDocument();
});

test('the flight with the fewest seats limits how many can be booked', async () => {
  flightsAre(FLIGHT, { ...NEXT_FLIGHT, available_seats: 1 });
  const { user, where } = openApp(PAGE, { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Only 1 left: take 1' }));
  expect(await screen.findByRole('button', { name: 'Pay ₹37,500.20' })).toBeVisible();
  expect(where()).toContain('seats=1');
});

test.each([
  ['one flight', FLIGHT.id],
  ['the same flight twice', `${FLIGHT.id},${FLIGHT.id}`],
  ['something else', 'AI-202,BA-138'],
])('an address with %s is not an itinerary', async (_, flights) => {
  openApp(`/itinerary?flights=${flights}`);
  expect(await screen.findByRole('heading', { name: 'This itinerary was not found' })).toBeVisible();
});

test('an itinerary with a flight that does not exist says so', async () => {
  flightsAre(FLIGHT);
  openApp(PAGE);
  expect(
    await screen.findByRole('heading', { name: 'One flight of this itinerary was not found' }),
  ).toBeVisible();
});

test('flights that cannot be loaded can be requested again', async () => {
  network.use(
    http.get('/api/v1/flights/:id', () => problem(500, 'internal', 'Something went wrong on our side.')),
  );
  const { user } = openApp(PAGE);
  expect(await screen.findByRole('alert')).toHaveTextContent('The flights could not be loaded.');
  network.use(
    http.get('/api/v1/flights/:id', ({ params }) =>
      HttpResponse.json(params.id === FLIGHT.id ? FLIGHT : NEXT_FLIGHT),
    ),
  );
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('heading', { name: 'Delhi to London' })).toBeVisible();
});

test('the former address of an itinerary leads to the present one', async () => {
  const { where } = openApp(PAGE.replace('/itinerary', '/trip'));
  expect(await screen.findByRole('heading', { name: 'Delhi to London' })).toBeVisible();
  expect(decodeURIComponent(where())).toBe(PAGE);
});
