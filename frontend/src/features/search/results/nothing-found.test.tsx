import { cleanup, screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { openApp } from '@/testing/app';
import { network, problem } from '@/testing/network';
import { FLIGHT } from '@/testing/samples';

const RESULTS = '/?from=Delhi&to=Mumbai&date=2099-12-01';

test('a day without flights leads to the nearest days that have some', async () => {
  network.use(
    http.get('/api/v1/search', ({ request }) =>
      HttpResponse.json(new URL(request.url).searchParams.get('date') === '2099-12-03' ? [FLIGHT] : []),
    ),
    http.get('/api/v1/calendar', ({ request }) => {
      const december = new URL(request.url).searchParams.get('month') === '2099-12';
      const lowest = { price: '7500.00', currency: 'INR' };
      const data = [{ date: '2099-12-03', flights: 1, ...lowest, prices: [lowest] }];
      return HttpResponse.json({ data: december ? data : [] });
    }),
  );
  const { user, where } = openApp(RESULTS);
  expect(await screen.findByRole('heading', { name: 'No flights on Tue 1 Dec 2099' })).toBeVisible();
  expect(await screen.findByText('The nearest days with direct flights:')).toBeVisible();
  await user.click(
    within(screen.getByRole('main'))
      .getAllByRole('link', { name: /Thu 3 Dec 2099/ })
      .at(-1) as HTMLElement,
  );
  expect(await screen.findByText('1 result')).toBeVisible();
  expect(where()).toContain('date=2099-12-03');
});

test('a day that is over says so', async () => {
  network.use(http.get('/api/v1/search', () => HttpResponse.json([])));
  openApp('/?from=Delhi&to=Mumbai&date=2020-12-01');
  expect(await screen.findByRole('heading', { name: 'Tue 1 Dec 2020 is over' })).toBeVisible();
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
