import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { openApp } from '@/testing/app';
import { network, problem } from '@/testing/network';
import { booking, FLIGHT, NEXT_FLIGHT, segment, TRAVELLER } from '@/testing/samples';

beforeEach(() => {
  network.use(http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER)));
});

test('a booking of two flights is listed from its first place to its last', async () => {
  const connecting = booking({ segments: [segment(FLIGHT), segment(NEXT_FLIGHT)] });
  network.use(
    http.get('/api/v1/bookings', () => HttpResponse.json({ data: [connecting], next_cursor: null })),
  );
  openApp('/bookings', { as: 'member' });
  const row = within(await screen.findByRole('listitem'));
  expect(row.getByTitle('Delhi')).toBeVisible();
  expect(row.getByTitle('London')).toBeVisible();
  expect(row.getByText('18:30')).toBeVisible();
  expect(row.getByText('1 stop: Mumbai')).toBeVisible();
});

test('bookings are listed page by page, each with a link to its page', async () => {
  const newer = booking();
  const older = booking({ id: 'older', reference: 'OLDER2', status: 'FAILED' });
  let broken = true;
  network.use(
    http.get('/api/v1/bookings', ({ request }) => {
      if (!new URL(request.url).searchParams.get('cursor')) {
        return HttpResponse.json({ data: [newer], next_cursor: newer.id });
      }
      return broken
        ? problem(500, 'internal', 'Something went wrong on our side.')
        : HttpResponse.json({ data: [older], next_cursor: null });
    }),
  );
  const { user } = openApp('/bookings', { as: 'member' });
  expect(await screen.findByRole('link', { name: 'Booking K7WQ2M' })).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Show older bookings' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('Older bookings could not be loaded.');
  broken = false;
  await user.click(screen.getByRole('button', { name: 'Show older bookings' }));
  expect(await screen.findByRole('link', { name: 'Booking OLDER2' })).toBeVisible();
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  expect(screen.queryByRole('button', { name: 'Show older bookings' })).not.toBeInTheDocument();
});

test('an account without bookings is led to the search', async () => {
  network.use(http.get('/api/v1/bookings', () => HttpResponse.json({ data: [], next_cursor: null })));
  openApp('/bookings', { as: 'member' });
  expect(await screen.findByRole('heading', { name: 'No trips yet' })).toBeVisible();
  expect(screen.getByRole('link', { name: 'Find a flight' })).toHaveAttribute('href', '/');
});
