import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { openApp } from '@/testing/app';
import { network, problem } from '@/testing/network';
import { FLIGHT } from '@/testing/samples';

const RESULTS = '/?from=Delhi&to=Mumbai&date=2099-12-01';

test('half-typed names become the places they mean', async () => {
  network.use(http.get('/api/v1/search', () => HttpResponse.json([FLIGHT])));
  const { user, where } = openApp('/');
  await user.type(await screen.findByRole('combobox', { name: 'From' }), 'del');
  await user.type(screen.getByRole('combobox', { name: 'To' }), 'bom');
  await user.click(screen.getByRole('button', { name: 'Search' }));
  expect(await screen.findByRole('heading', { name: 'Delhi to Mumbai' })).toBeVisible();
  expect(where()).toContain('from=Delhi&to=Mumbai');
});

test('a place that nobody knows is said at its field, and nothing is searched', async () => {
  const { user, where } = openApp('/');
  await user.type(await screen.findByRole('combobox', { name: 'From' }), 'Atlantis');
  await user.type(screen.getByRole('combobox', { name: 'To' }), 'Mumbai');
  await user.click(screen.getByRole('button', { name: 'Search' }));
  expect(await screen.findByText('No place is called that.')).toBeVisible();
  expect(where()).toBe('/');
});

test('the same place twice is refused at the second field', async () => {
  const { user } = openApp('/');
  await user.type(await screen.findByRole('combobox', { name: 'From' }), 'Delhi');
  await user.type(screen.getByRole('combobox', { name: 'To' }), 'DEL');
  await user.click(screen.getByRole('button', { name: 'Search' }));
  expect(await screen.findByText('Choose another place than the start.')).toBeVisible();
});

test('times are local at each end, and a later day is marked', async () => {
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

test('a flight that cannot seat the party is shown and cannot be chosen', async () => {
  const full = { ...FLIGHT, id: 'full', flight_number: 'AI-300', available_seats: 0 };
  const tight = { ...FLIGHT, id: 'tight', flight_number: 'AI-400', available_seats: 2 };
  network.use(http.get('/api/v1/search', () => HttpResponse.json([FLIGHT, full, tight])));
  openApp(`${RESULTS}&seats=3`);
  expect(await screen.findByRole('link', { name: /Choose AI-202/ })).toBeVisible();
  expect(screen.getByText('Sold out')).toBeVisible();
  expect(screen.getByText('Too few for 3')).toBeVisible();
  expect(screen.getAllByRole('link', { name: /^Choose/ })).toHaveLength(1);
});

test('sorting asks the server and stays in the address', async () => {
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

test('a day without flights offers the days around it', async () => {
  network.use(
    http.get('/api/v1/search', ({ request }) =>
      HttpResponse.json(new URL(request.url).searchParams.get('date') === '2099-12-02' ? [FLIGHT] : []),
    ),
  );
  const { user, where } = openApp(RESULTS);
  expect(await screen.findByRole('heading', { name: 'No flights on Tue 1 Dec' })).toBeVisible();
  const days = within(screen.getByRole('navigation', { name: 'Other days' }));
  await user.click(await days.findByRole('link', { name: /Wed 2 Dec/ }));
  expect(await screen.findByText('1 flight')).toBeVisible();
  expect(where()).toContain('date=2099-12-02');
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

test('with nothing on sale the first page says who can change that', async () => {
  network.use(http.get('/api/v1/airports', () => HttpResponse.json([])));
  openApp('/');
  expect(await screen.findByRole('heading', { name: 'No flights yet' })).toBeVisible();
});
