import { screen } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { openApp } from '@/testing/app';
import { network, problem } from '@/testing/network';
import { PLACES } from '@/testing/places';

test('the busiest places are shown first, and all of them on demand', async () => {
  const few = PLACES.slice(1, 3);
  network.use(http.get('/api/v1/airports/suggest', () => HttpResponse.json(few)));
  const { user } = openApp('/');
  expect(await screen.findByRole('heading', { name: 'Where from? 4 places to choose from' })).toBeVisible();
  const names = () => screen.getAllByRole('listitem').map((item) => item.textContent);
  expect(names()).toEqual(['Mumbai', 'London']);
  await user.click(screen.getByRole('button', { name: 'Show all 4' }));
  expect(names()).toEqual(['Delhi', 'Mumbai', 'London', 'Hill Strip']);
});

test('without any flights the first page says so', async () => {
  network.use(http.get('/api/v1/airports', () => HttpResponse.json([])));
  openApp('/');
  expect(await screen.findByRole('heading', { name: 'No flights yet' })).toBeVisible();
});

test('without the busiest places any others are shown', async () => {
  network.use(
    http.get('/api/v1/airports/suggest', () => problem(500, 'internal', 'Something went wrong on our side.')),
  );
  openApp('/');
  expect(await screen.findByRole('button', { name: 'Hill Strip' })).toBeVisible();
});

test('places that could not be loaded can be requested again', async () => {
  network.use(
    http.get('/api/v1/airports', () => problem(500, 'internal', 'Something went wrong on our side.')),
  );
  const { user } = openApp('/');
  expect(await screen.findByRole('alert')).toHaveTextContent('The places could not be loaded.');
  network.use(http.get('/api/v1/airports', () => HttpResponse.json(PLACES.map(({ name }) => name))));
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('button', { name: 'Delhi' })).toBeVisible();
});
