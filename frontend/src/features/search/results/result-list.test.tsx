import { cleanup, screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import type { Flight, Itinerary } from '@/lib/api-types';
import { openApp } from '@/testing/app';
import { flightsAre } from '@/testing/booking-api';
import { network, problem } from '@/testing/network';
import { FLIGHT, NEXT_FLIGHT } from '@/testing/samples';

const RESULTS = '/?from=Delhi&to=Mumbai&date=2099-12-01';
const CONNECTION: Itinerary = {
  segments: [FLIGHT, NEXT_FLIGHT],
  stops: 1,
  duration_minutes: 840,
  total_price: '62000.60',
  currency: 'INR',
  available_seats: 4,
};

function flightIs(number: string, changes: Partial<Flight> = {}): Flight {
  return { ...FLIGHT, id: number, flight_number: number, ...changes };
}

function found(direct: Flight[], connections: Itinerary[] = [], complete = true): URLSearchParams[] {
  const asked: URLSearchParams[] = [];
  network.use(
    http.get('/api/v1/search', ({ request }) => {
      asked.push(new URL(request.url).searchParams);
      return HttpResponse.json(direct);
    }),
    http.get('/api/v1/itineraries', () => HttpResponse.json({ data: connections, complete })),
  );
  return asked;
}

/** The flight numbers of the rows, from the first to the last. */
function order(): string[] {
  return screen
    .getAllByRole('link', { name: /^(Choose|Sold out|Only)/ })
    .map(
      (link) =>
        /(?:Choose|:) ([^,]+(?:, [A-Z0-9]{2}-\d+)*)/.exec(link.getAttribute('aria-label') ?? '')?.[1] ?? '',
    );
}

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
  expect(row.getByText('10:30')).toBeVisible();
  expect(row.getByText('+1')).toHaveAttribute('title', 'Wed 2 Dec 2099 in Delhi');
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
  expect(screen.getByRole('link', { name: /^Only 2 left: AI-400/ })).toHaveTextContent('Only 2 left');
  expect(screen.getAllByRole('link', { name: /^Choose/ })).toHaveLength(1);
});

test('direct flights and connections are one list, and what cannot be booked comes last', async () => {
  const slow = flightIs('AI-500', { arrival_ts: '2099-12-02T04:40:00Z', price: '6900.00' });
  found([flightIs('AI-300', { available_seats: 0, price: '10.00' }), slow, FLIGHT], [CONNECTION], false);
  openApp(RESULTS);
  expect(await screen.findByText('4 results')).toBeVisible();
  expect(screen.getByText(/There may be more\./)).toBeVisible();
  expect(order()).toEqual(['AI-202', 'AI-500', 'AI-202, BA-138', 'AI-300']);
  const connection = within(
    screen.getAllByRole('listitem').find((row) => row.textContent?.includes('BA-138')) as HTMLElement,
  );
  expect(connection.getByText('1 stop BOM')).toHaveTextContent('1 stop BOM 2 h 15 min');
  expect(connection.getByText('14 h')).toBeVisible();
  expect(connection.getByText('Air India, British Airways')).toBeVisible();
  expect(connection.getByText('Only 4 left')).toBeVisible();
  // Whole units, never less than what is charged.
  expect(connection.getByText('₹62,001')).toBeVisible();
  // Only few seats are worth a word.
  expect(screen.queryByText(/seats left/)).not.toBeInTheDocument();
});

test('a connection leads to its checkout with all its flights', async () => {
  found([], [CONNECTION]);
  flightsAre(FLIGHT, NEXT_FLIGHT);
  const { user, where } = openApp('/?from=Delhi&to=London&date=2099-12-01&seats=2');
  await user.click(await screen.findByRole('link', { name: /Choose AI-202, BA-138/ }));
  expect(await screen.findByText('Change of plane in Mumbai: 2 h 15 min')).toBeVisible();
  expect(decodeURIComponent(where())).toBe(`/itinerary?flights=${FLIGHT.id},${NEXT_FLIGHT.id}&seats=2`);
});

test('the order is in the address, and in the request to the server', async () => {
  const late = flightIs('AI-900', {
    departure_ts: '2099-12-01T14:30:00Z',
    arrival_ts: '2099-12-01T16:00:00Z',
    price: '9000.00',
  });
  const asked = found([late, FLIGHT]);
  const { user, where } = openApp(RESULTS);
  await user.click(await screen.findByRole('radio', { name: 'Duration' }));
  expect(order()).toEqual(['AI-900', 'AI-202']);
  await user.click(screen.getByRole('radio', { name: 'Departure' }));
  expect(order()).toEqual(['AI-202', 'AI-900']);
  expect(where()).toContain('sort=departure');
  await waitFor(() => expect(asked.map((query) => query.get('sort'))).toContain('departure'));
});

test('filters stand in the address, are counted, and can be cleared', async () => {
  const evening = flightIs('6E-700', {
    departure_ts: '2099-12-01T14:30:00Z',
    arrival_ts: '2099-12-01T16:40:00Z',
    price: '4000.00',
  });
  found([FLIGHT, evening], [CONNECTION]);
  const { user, where } = openApp(RESULTS);
  await screen.findByText('3 results');
  await user.click(screen.getByRole('button', { name: 'Filters' }));
  await user.click(screen.getByRole('radio', { name: 'Direct only' }));
  expect(await screen.findByText('2 of 3 results')).toBeVisible();
  const departure = within(screen.getByRole('group', { name: 'Departure' }));
  await user.click(departure.getByRole('checkbox', { name: /Evening/ }));
  expect(await screen.findByText('1 of 3 results')).toBeVisible();
  expect(order()).toEqual(['6E-700']);
  await user.click(screen.getByRole('checkbox', { name: 'Air India' }));
  expect(await screen.findByText(/No flight of this day fits the filters/)).toBeVisible();
  expect(decodeURIComponent(where())).toContain('"airlines":["AI"]');
  await user.click(screen.getByRole('button', { name: 'Clear the filters' }));
  expect(await screen.findByText('3 results')).toBeVisible();
  expect(where()).not.toContain('filters');
});

test('an address with filters shows what fits them', async () => {
  found([FLIGHT, flightIs('6E-700', { price: '90000.00' })]);
  openApp(
    `${RESULTS}&filters=${encodeURIComponent(JSON.stringify({ maxPrice: 8000, stops: 7, nonsense: 1 }))}`,
  );
  expect(await screen.findByText('1 of 2 results')).toBeVisible();
  expect(screen.getByRole('button', { name: 'Filters (1)' })).toBeVisible();
});

test('more rows are shown on demand, and the first new one takes the focus', async () => {
  found(
    Array.from({ length: 60 }, (_, index) => flightIs(`AI-${100 + index}`, { price: `${7000 + index}.00` })),
  );
  const { user, where } = openApp(RESULTS);
  await screen.findByText('60 results');
  expect(screen.getAllByRole('listitem')).toHaveLength(25);
  await user.click(screen.getByRole('button', { name: 'Show 25 more' }));
  expect(await screen.findByRole('link', { name: /AI-125/ })).toHaveFocus();
  await user.click(screen.getByRole('button', { name: 'Show 10 more' }));
  expect(screen.getAllByRole('listitem')).toHaveLength(60);
  expect(where()).toContain('show=75');
});

test('connections that could not be loaded say so below the direct flights', async () => {
  found([FLIGHT]);
  network.use(
    http.get('/api/v1/itineraries', () => problem(500, 'internal', 'Something went wrong on our side.')),
  );
  openApp(RESULTS);
  expect(await screen.findByRole('alert')).toHaveTextContent(
    'Flights with a change of plane could not be loaded.',
  );
  expect(screen.getByText('1 result')).toBeVisible();
});

test('a return trip is chosen leg by leg and booked together', async () => {
  const back = {
    ...FLIGHT,
    id: NEXT_FLIGHT.id,
    flight_number: 'AI-777',
    source: 'Mumbai',
    destination: 'Delhi',
    departure_ts: '2099-12-05T04:30:00Z',
    arrival_ts: '2099-12-05T06:40:00Z',
  };
  const early = { ...back, id: 'early', flight_number: 'AI-100', departure_ts: '2099-12-01T05:00:00Z' };
  network.use(
    http.get('/api/v1/search', ({ request }) =>
      HttpResponse.json(
        new URL(request.url).searchParams.get('source') === 'Delhi' ? [FLIGHT] : [back, early],
      ),
    ),
  );
  flightsAre(FLIGHT, back);
  const { user, where } = openApp(`${RESULTS}&back=2099-12-05&seats=2`);
  expect(await screen.findByRole('heading', { name: 'Delhi to Mumbai and back' })).toBeVisible();
  expect(
    screen.getByRole('heading', { name: 'Flight 1 of 2: Delhi to Mumbai, Tue 1 Dec 2099' }),
  ).toBeVisible();
  await user.click(await screen.findByRole('link', { name: /Choose AI-202/ }));
  const second = await screen.findByRole('heading', {
    name: 'Flight 2 of 2: Mumbai to Delhi, Sat 5 Dec 2099',
  });
  expect(second).toHaveFocus();
  expect(await screen.findByText('Leaves too early')).toBeVisible();
  expect(screen.getByRole('link', { name: 'Change Delhi to Mumbai' })).toBeVisible();
  await user.click(screen.getByRole('link', { name: /Choose AI-777/ }));
  expect(await screen.findByRole('heading', { name: 'Delhi to Mumbai and back', level: 1 })).toBeVisible();
  expect(decodeURIComponent(where())).toBe(`/itinerary?flights=${FLIGHT.id},${back.id}&seats=2`);
  expect(screen.queryByText(/Change of plane/)).not.toBeInTheDocument();
  expect(screen.getByRole('link', { name: /All flights from/ })).toHaveAttribute(
    'href',
    '/?from=Delhi&to=Mumbai&date=2099-12-01&back=2099-12-05&seats=2',
  );
});

test('the days around are priced for the party by one request, in each currency', async () => {
  const rupees = { price: '5000.10', currency: 'INR' };
  const asked: URLSearchParams[] = [];
  found([FLIGHT]);
  network.use(
    http.get('/api/v1/calendar', ({ request }) => {
      asked.push(new URL(request.url).searchParams);
      const data = [
        { date: '2099-12-10', flights: 2, ...rupees, prices: [rupees] },
        { date: '2099-12-11', flights: 2, price: null, currency: null, prices: [] },
        { date: '2099-12-12', flights: 2, ...rupees, prices: [rupees, { price: '90.00', currency: 'EUR' }] },
      ];
      return HttpResponse.json({ data });
    }),
  );
  openApp('/?from=Delhi&to=Mumbai&date=2099-12-10&seats=2');
  const days = within(await screen.findByRole('navigation', { name: 'Other days' }));
  expect(await days.findByText('₹10,001')).toBeVisible();
  expect(days.getByText('₹10,001 or €180')).toBeVisible();
  expect(days.getByRole('link', { name: /Fri 11 Dec 2099/ })).toHaveTextContent('Full');
  expect(asked.map((query) => [query.get('month'), query.get('seats')])).toEqual([['2099-12', '2']]);
});

test('only flights that can be booked are labelled, and cheapest only within one currency', async () => {
  const quick = flightIs('AI-2', { price: '9000.00', arrival_ts: '2099-12-01T06:00:00Z' });
  const cheap = flightIs('AI-1', { price: '3000.00' });
  const row = (number: string) =>
    screen.getAllByRole('listitem').find((each) => each.textContent?.includes(number));
  found([flightIs('AI-0', { price: '1.00', available_seats: 0 }), cheap, quick]);
  openApp(RESULTS);
  await screen.findByText('3 results');
  expect(row('AI-1')).toHaveTextContent('Best, Cheapest');
  expect(row('AI-2')).toHaveTextContent('Fastest');
  expect(row('AI-0')).not.toHaveTextContent('Cheapest');
  cleanup();
  found([flightIs('AI-3', { price: '20000.00', currency: 'JPY' }), quick]);
  openApp(RESULTS);
  await screen.findByText('2 results');
  expect(row('AI-2')).toHaveTextContent('Best, Fastest');
  expect(screen.queryByText(/Cheapest/)).not.toBeInTheDocument();
});

test('prices of different currencies are not compared, and the list says so', async () => {
  found([
    flightIs('AI-1', { price: '9000.00' }),
    flightIs('JL-2', { price: '800', currency: 'JPY' }),
    flightIs('AI-3', { price: '8000.00' }),
    flightIs('LH-4', { price: '90.00', currency: 'EUR' }),
  ]);
  openApp(`${RESULTS}&sort=price&filters=%7B%22maxPrice%22%3A100%7D`);
  expect(await screen.findByText(/Prices are in several currencies \(INR, EUR, JPY\)/)).toBeVisible();
  expect(order()).toEqual(['AI-3', 'AI-1', 'LH-4', 'JL-2']);
  expect(screen.queryByText(/Cheapest/)).not.toBeInTheDocument();
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
  expect(await screen.findByText('1 result')).toBeVisible();
});
