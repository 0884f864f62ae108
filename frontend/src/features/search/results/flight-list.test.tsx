import { cleanup, screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import type { Flight } from '@/lib/wire';
import { openApp } from '@/testing/app';
import { network, problem } from '@/testing/network';
import { FLIGHT } from '@/testing/samples';

const RESULTS = '/?from=Delhi&to=Mumbai&date=2099-12-01';

test('times are local at both ends, and a later day is marked', async () => {
  const overnight = {
    ...FLIGHT,
    source: 'London',
    source_iata: 'LHR',
    source_timezone: 'Europe/London',
    destination: 'Delhi',
    destination_iata: 'DEL',
    destination_timezone: 'Asia/Kolkata',
    departure_ts: '2099-12-01T20:30:00Z',
    arrival_ts: '2099-12-02T05:00:00Z',
  };
  network.use(http.get('/api/v1/search', () => HttpResponse.json([overnight])));
  openApp('/?from=London&to=Delhi&date=2099-12-01');
  const row = within(await screen.findByRole('list'));
  expect(await row.findByText('20:30')).toBeVisible();
  expect(row.getByText('10:30')).toHaveTextContent('10:30+1');
  expect(row.getByText('8 h 30 min')).toBeVisible();
});

test('a place without a known time zone shows UTC and says so', async () => {
  const unknown = { destination: 'Hill Strip', destination_iata: null, destination_timezone: null };
  network.use(http.get('/api/v1/search', () => HttpResponse.json([{ ...FLIGHT, ...unknown }])));
  openApp('/?from=Delhi&to=Hill+Strip&date=2099-12-01');
  expect(await screen.findByText('06:40 UTC')).toBeVisible();
});

test('a flight with too few seats is shown and says so', async () => {
  const full = { ...FLIGHT, id: 'full', flight_number: 'AI-300', available_seats: 0 };
  const tight = { ...FLIGHT, id: 'tight', flight_number: 'AI-400', available_seats: 2 };
  network.use(http.get('/api/v1/search', () => HttpResponse.json([FLIGHT, full, tight])));
  openApp(`${RESULTS}&seats=3`);
  expect(await screen.findByRole('link', { name: /Choose AI-202/ })).toBeVisible();
  expect(screen.getByRole('link', { name: /^Sold out: AI-300/ })).toHaveTextContent('Sold out');
  expect(screen.getByRole('link', { name: /^Too few for 3: AI-400/ })).toHaveTextContent('Too few for 3');
  expect(screen.getAllByRole('link', { name: /^Choose/ })).toHaveLength(1);
});

test('the order is asked of the server and stays in the address', async () => {
  const sorts: (string | null)[] = [];
  network.use(
    http.get('/api/v1/search', ({ request }) => {
      sorts.push(new URL(request.url).searchParams.get('sort'));
      return HttpResponse.json([FLIGHT]);
    }),
  );
  const { user, where } = openApp(RESULTS);
  await user.click(await screen.findByRole('radio', { name: 'Fastest first' }));
  expect(await screen.findByText('1 flight')).toBeVisible();
  expect(sorts).toContain('fastest');
  expect(where()).toContain('sort=fastest');
});

test('a day without flights leads to the days around it', async () => {
  network.use(
    http.get('/api/v1/search', ({ request }) =>
      HttpResponse.json(new URL(request.url).searchParams.get('date') === '2099-12-02' ? [FLIGHT] : []),
    ),
  );
  const { user, where } = openApp(RESULTS);
  expect(await screen.findByRole('heading', { name: 'No flights on Tue 1 Dec 2099' })).toBeVisible();
  const days = within(screen.getByRole('navigation', { name: 'Other days' }));
  await user.click(await days.findByRole('link', { name: /Wed 2 Dec 2099/ }));
  expect(await screen.findByText('1 flight')).toBeVisible();
  expect(where()).toContain('date=2099-12-02');
});

test('only flights that can be booked are labelled, and cheapest only within one currency', async () => {
  const at = (id: string, changes: Partial<Flight>) => ({ ...FLIGHT, id, flight_number: id, ...changes });
  const full = at('FULL', { price: '1.00', available_seats: 0 });
  const quick = at('QUICK', { price: '9000.00', arrival_ts: '2099-12-01T06:00:00Z' });
  let found = [full, at('CHEAP', { price: '5000.00' }), quick];
  network.use(http.get('/api/v1/search', () => HttpResponse.json(found)));
  const { user } = openApp(RESULTS);
  const row = (number: string) =>
    screen.getAllByRole('listitem').find((each) => each.textContent?.includes(number));
  await screen.findByText('3 flights');
  expect(row('CHEAP')).toHaveTextContent('Cheapest');
  expect(row('QUICK')).toHaveTextContent('Fastest');
  expect(row('FULL')).not.toHaveTextContent('Cheapest');
  found = [at('YEN', { price: '20000.00', currency: 'JPY' }), quick];
  await user.click(screen.getByRole('radio', { name: 'Fastest first' }));
  await screen.findByText('2 flights');
  expect(row('QUICK')).toHaveTextContent('Fastest');
  expect(screen.queryByText('Cheapest')).not.toBeInTheDocument();
});

test('an address with an unknown place says so, or suggests a place', async () => {
  network.use(http.get('/api/v1/search', () => HttpResponse.json([])));
  openApp('/?from=Atlantis&to=Mumbai&date=2099-12-01');
  expect(await screen.findByRole('heading', { name: 'No place is called “Atlantis”' })).toBeVisible();
  cleanup();
  openApp('/?from=Delhi&to=Lond&date=2099-12-01');
  expect(await screen.findByRole('heading', { name: 'Did you mean London?' })).toBeVisible();
  expect(screen.getByRole('link', { name: 'Search to London' })).toHaveAttribute(
    'href',
    expect.stringContaining('to=London'),
  );
});

test('an address with one place twice says so', async () => {
  const errors = [{ pointer: '?destination', code: 'same_place', message: 'They are the same place.' }];
  network.use(
    http.get('/api/v1/search', () => HttpResponse.json([])),
    http.get('/api/v1/itineraries', () => problem(422, 'validation', 'They are the same place.', { errors })),
  );
  openApp('/?from=Delhi&to=DEL&date=2099-12-01');
  expect(await screen.findByRole('heading', { name: 'The same place twice' })).toBeVisible();
});

test('a search that failed says so and can be repeated', async () => {
  let broken = true;
  network.use(
    http.get('/api/v1/search', () =>
      broken ? problem(500, 'internal', 'Something went wrong on our side.') : HttpResponse.json([FLIGHT]),
    ),
  );
  const { user } = openApp(RESULTS);
  expect(await screen.findByRole('alert')).toHaveTextContent('Something went wrong on our side.');
  broken = false;
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('1 flight')).toBeVisible();
});
