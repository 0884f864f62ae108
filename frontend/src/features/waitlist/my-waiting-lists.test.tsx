import { screen } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { openApp } from '@/testing/app';
import { flightsAre } from '@/testing/booking-api';
import { network } from '@/testing/network';
import { FLIGHT, hold, TRAVELLER } from '@/testing/samples';
import { saveJoined } from './joined-waiting-lists';

const ENTRY = {
  id: 'entry',
  flight_id: FLIGHT.id,
  status: 'WAITING',
  party_size: 2,
  accept_partial: false,
  position: 3,
  ahead_seats: 4,
  explanation: '',
  offer: null,
  created_at: '2026-11-23T10:00:00Z',
};

test('my trips show the place in line, and the offer with the time that is left', async () => {
  let entry: object = ENTRY;
  flightsAre(FLIGHT);
  network.use(
    http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER)),
    http.get('/api/v1/flights/:id/waitlist', () => HttpResponse.json(entry)),
  );
  saveJoined(FLIGHT.id);
  const { user } = openApp('/bookings', { as: 'member' });
  saveJoined(FLIGHT.id);
  expect(await screen.findByText('Number 3 in line for 2 seats')).toBeVisible();
  expect(await screen.findByText('Delhi to Mumbai')).toBeVisible();
  entry = {
    ...ENTRY,
    status: 'OFFERED',
    position: null,
    offer: { booking_id: 'b', seats: 2, expires_at: new Date(Date.now() + 300_000).toISOString() },
  };
  await user.click(screen.getByRole('link', { name: 'My trips' }));
  expect(await screen.findByText('It is your turn: 2 seats', {}, { timeout: 8000 })).toBeVisible();
  expect(screen.getByRole('timer')).toHaveTextContent(/^0?[45]:\d\d$/);
});

test('seats that wait for payment are shown on every other page', async () => {
  const held = hold(new Date(Date.now() + 600_000).toISOString());
  network.use(
    http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER)),
    http.get('/api/v1/bookings', () => HttpResponse.json({ data: [held], next_cursor: null })),
  );
  openApp('/', { as: 'member' });
  expect(await screen.findByText(/2 seats from Delhi to Mumbai are held for you until/)).toBeVisible();
  expect(screen.getByRole('link', { name: 'Pay now' })).toHaveAttribute('href', `/bookings/${held.id}`);
});
