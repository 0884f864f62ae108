import { screen } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { openApp } from '@/testing/app';
import { asAdmin } from '@/testing/imports';
import { network, problem } from '@/testing/network';
import { booking, FLIGHT } from '@/testing/samples';

const EMPTY = { ...FLIGHT, available_seats: FLIGHT.total_seats };

interface Scene {
  flight?: object;
  bookings?: object[];
  waiting?: object[];
}

function open({ flight = EMPTY, bookings = [], waiting = [] }: Scene) {
  network.use(
    asAdmin,
    http.get('/api/v1/events', () => problem(404, 'topic_not_found', 'There is no such thing of yours.')),
    http.get('/admin/flights/:id', () =>
      HttpResponse.json(flight, { headers: { ETag: '"1"', 'Cache-Control': 'no-store' } }),
    ),
    http.get('/admin/flights/:id/inventory', () =>
      HttpResponse.json({ total: 180, sold: 0, held: 0, free: 180, redis_free: 180, drift: 0 }),
    ),
    http.get('/admin/flights/:id/line', () => HttpResponse.json({ data: waiting, next_cursor: null })),
    http.get('/admin/bookings', () => HttpResponse.json({ data: bookings, next_cursor: null })),
  );
  openApp(`/operations/flights/${FLIGHT.id}`, { as: 'member' });
}

const PARTY = {
  id: 'a-party',
  position: 1,
  username: 'ben',
  party_size: 2,
  accept_partial: false,
  status: 'WAITING',
  booking_id: null,
  created_at: '2026-11-23T10:00:00Z',
};

test('a flight without bookings can be deleted', async () => {
  open({});
  expect(await screen.findByRole('button', { name: 'Delete AI-202' })).toBeEnabled();
  expect(screen.getByRole('button', { name: 'Change' })).toBeEnabled();
});

test.each<[string, Scene, RegExp, boolean]>([
  ['is cancelled', { flight: { ...EMPTY, status: 'CANCELLED' } }, /^A cancelled flight stays/, false],
  [
    'was booked before',
    { bookings: [{ booking: booking({ status: 'CANCELLED' }), username: 'ben' }] },
    /^It was booked before, so it cannot be deleted/,
    true,
  ],
  ['has a waiting list', { waiting: [PARTY] }, /^It has or had a waiting list/, true],
])('a flight that %s says why it stays', async (_, scene, text, mayBeChanged) => {
  open(scene);
  expect(await screen.findByText(text)).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Delete AI-202' })).not.toBeInTheDocument();
  expect(screen.queryByRole('button', { name: 'Change' }) !== null).toBe(mayBeChanged);
});
