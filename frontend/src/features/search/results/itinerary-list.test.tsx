import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import type { Itinerary } from '@/lib/wire';
import { openApp } from '@/testing/app';
import { flightsAre } from '@/testing/booking-api';
import { network, problem } from '@/testing/network';
import { FLIGHT, NEXT_FLIGHT } from '@/testing/samples';

const ITINERARY: Itinerary = {
  segments: [FLIGHT, NEXT_FLIGHT],
  stops: 1,
  duration_minutes: 840,
  total_price: '62000.60',
  currency: 'INR',
  available_seats: 4,
};
const RESULTS = '/?from=Delhi&to=London&date=2099-12-01';

beforeEach(() => network.use(http.get('/api/v1/search', () => HttpResponse.json([]))));

test('where there is no direct flight, itineraries with a change of plane are shown', async () => {
  const queries: URLSearchParams[] = [];
  flightsAre(FLIGHT, NEXT_FLIGHT);
  network.use(
    http.get('/api/v1/itineraries', ({ request }) => {
      queries.push(new URL(request.url).searchParams);
      return HttpResponse.json({ data: [ITINERARY], complete: true });
    }),
  );
  const { user, where } = openApp(`${RESULTS}&seats=2`);
  expect(await screen.findByRole('heading', { name: 'No direct flights on Tue 1 Dec 2099' })).toBeVisible();
  expect(screen.getByText(/1 itinerary/)).toHaveTextContent('1 itinerary with a change of plane.');
  const row = within(screen.getByRole('list'));
  expect(row.getByText('1 stop')).toBeVisible();
  expect(row.getByText('Mumbai, 2 h 15 min wait')).toBeVisible();
  expect(row.getByText('14 h')).toBeVisible();
  expect(row.getByText('AI-202, BA-138')).toBeVisible();
  expect(row.getByText('Only 4 left')).toBeVisible();
  expect(row.getByText('for 2 seats')).toBeVisible();
  expect(row.getByText(/62,000.60/)).toBeVisible();
  expect(Object.fromEntries(queries[0] ?? [])).toMatchObject({ max_stops: '2', seats: '2', sort: 'price' });
  await user.click(row.getByRole('link', { name: /Choose AI-202, BA-138/ }));
  expect(await screen.findByText('Change of plane in Mumbai: 2 h 15 min')).toBeVisible();
  expect(decodeURIComponent(where())).toBe(`/itinerary?flights=${FLIGHT.id},${NEXT_FLIGHT.id}&seats=2`);
});

test('below direct flights that are too full, itineraries with a change of plane are shown', async () => {
  network.use(
    http.get('/api/v1/search', () => HttpResponse.json([{ ...FLIGHT, available_seats: 0 }])),
    http.get('/api/v1/itineraries', () => HttpResponse.json({ data: [ITINERARY], complete: false })),
  );
  openApp(RESULTS);
  expect(await screen.findByRole('heading', { name: 'With a change of plane' })).toBeVisible();
  expect(screen.getByText('1 flight')).toBeVisible();
  expect(screen.getByText(/There may be more\./)).toBeVisible();
});

test('connections that could not be loaded say so', async () => {
  network.use(
    http.get('/api/v1/itineraries', () => problem(500, 'internal', 'Something went wrong on our side.')),
  );
  openApp(RESULTS);
  expect(await screen.findByRole('alert')).toHaveTextContent('The connections could not be loaded.');
});
