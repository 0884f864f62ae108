import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { openApp } from '@/testing/app';
import { accepted, flightsAre, jobIs, respondToBookings } from '@/testing/booking-api';
import { network, problem } from '@/testing/network';
import { booking, FLIGHT, NEXT_FLIGHT, SEAT_MAP, segment, TRAVELLER } from '@/testing/samples';

const PAGE = `/itinerary?flights=${FLIGHT.id},${NEXT_FLIGHT.id}&seats=2`;
const BUTTON = { name: 'Best seats for all flights' };

/** What is best on each flight; null where fewer seats are free than travellers are. */
function bestAre(best: Readonly<Record<string, string[] | null>>) {
  network.use(
    http.get('/api/v1/flights/:id/seats', ({ params, request }) => {
      const asked = new URL(request.url).searchParams.get('best') === '2';
      const flight_id = String(params.id);
      return HttpResponse.json({ ...SEAT_MAP, flight_id, best: asked ? best[flight_id] : null });
    }),
  );
}

const seatsOn = async (flight: string) =>
  within(await screen.findByRole('region', { name: `Seats on ${flight}` }));

beforeEach(() => {
  flightsAre({ ...FLIGHT, cabin: 'C208-9' }, { ...NEXT_FLIGHT, cabin: 'C208-9' });
  bestAre({ [FLIGHT.id]: ['3C', '3D'], [NEXT_FLIGHT.id]: ['2A', '2C'] });
  network.use(http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER)));
});

test('the best seats of all flights are taken at once, and sent with the booking', async () => {
  const calls = respondToBookings(accepted);
  const { user } = openApp(PAGE, { as: 'member' });
  await user.click(await screen.findByRole('button', BUTTON));
  expect(await (await seatsOn('AI-202')).findByText('3C, 3D')).toBeVisible();
  expect((await seatsOn('BA-138')).getByText('2A, 2C')).toBeVisible();
  await user.click(screen.getByRole('button', { name: /^Pay/ }));
  await waitFor(() => expect(calls).toHaveLength(1));
  expect(calls[0]?.body).toMatchObject({
    seat_numbers: [
      ['3C', '3D'],
      ['2A', '2C'],
    ],
  });
});

test('a flight with too few seats is named, and the others are taken', async () => {
  bestAre({ [FLIGHT.id]: ['3C', '3D'], [NEXT_FLIGHT.id]: null });
  const { user } = openApp(PAGE, { as: 'member' });
  await user.click(await screen.findByRole('button', BUTTON));
  expect(await screen.findByRole('alert')).toHaveTextContent(
    'There are not enough free seats for all of you on BA-138.',
  );
  expect((await seatsOn('AI-202')).getByText('3C, 3D')).toBeVisible();
  expect((await seatsOn('BA-138')).getByText('No seats picked')).toBeVisible();
});

test('a refusal is shown, and the seats are kept', async () => {
  const { user } = openApp(PAGE, { as: 'member' });
  const button = await screen.findByRole('button', BUTTON);
  await user.click(button);
  expect(await (await seatsOn('AI-202')).findByText('3C, 3D')).toBeVisible();
  network.use(
    http.get('/api/v1/flights/:id/seats', () => problem(404, 'flight_not_found', 'There is no such flight.')),
  );
  await user.click(button);
  expect(await screen.findByRole('alert')).toBeVisible();
  expect((await seatsOn('AI-202')).getByText('3C, 3D')).toBeVisible();
});

test('where one flight has seats with numbers, its map alone offers the best ones', async () => {
  flightsAre({ ...FLIGHT, cabin: 'C208-9' }, NEXT_FLIGHT);
  openApp(PAGE, { as: 'member' });
  expect((await seatsOn('AI-202')).getByRole('button', { name: 'Choose seats' })).toBeVisible();
  expect(screen.queryByRole('button', BUTTON)).not.toBeInTheDocument();
});

test('the seats of a booking are changed to the best ones of all flights', async () => {
  const seats_change_until = '2099-12-01T03:30:00Z';
  const segments = [
    { ...segment(), seat_numbers: ['2C', '3C'], seats_change_until },
    { ...segment(NEXT_FLIGHT), seat_numbers: [], seats_change_until },
  ];
  jobIs(booking({ segments }));
  const bodies: unknown[] = [];
  network.use(
    http.put('/api/v1/bookings/:id/seats', async ({ request }) => {
      bodies.push(await request.json());
      return HttpResponse.json(booking({ segments }));
    }),
  );
  const { user } = openApp(`/bookings/${booking().id}`, { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Change seats' }));
  await user.click(screen.getByRole('button', BUTTON));
  expect(await (await seatsOn('BA-138')).findByText('2A, 2C')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Save seats' }));
  await waitFor(() => expect(bodies).toHaveLength(1));
  expect(bodies[0]).toEqual({
    seat_numbers: [
      ['3C', '3D'],
      ['2A', '2C'],
    ],
  });
});
