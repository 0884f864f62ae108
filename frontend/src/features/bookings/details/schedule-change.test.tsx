import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import type { Booking } from '@/lib/api-types';
import { openApp } from '@/testing/app';
import { network, problem } from '@/testing/network';
import { booking, job, segment, TRAVELLER } from '@/testing/samples';

beforeEach(() => {
  network.use(http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER)));
});

const CHANGE = {
  flight_id: booking().flight_id,
  old_departure_ts: '2099-12-01T04:30:00Z',
  old_arrival_ts: '2099-12-01T06:40:00Z',
  new_departure_ts: '2099-12-01T08:30:00Z',
  new_arrival_ts: '2099-12-01T10:40:00Z',
  action: null,
};
const MOVED = booking({
  available_actions: ['cancel', 'accept_change'],
  schedule_change: CHANGE,
  segments: [
    {
      ...segment({ departure_ts: CHANGE.new_departure_ts, arrival_ts: CHANGE.new_arrival_ts }),
      schedule_change: CHANGE,
    },
  ],
});

function openMoved() {
  let now: Booking = MOVED;
  const decisions: unknown[] = [];
  network.use(
    http.get('/api/v1/jobs/:id', () => HttpResponse.json(job(now))),
    http.post('/api/v1/bookings/:id/schedule-change', async ({ request }) => {
      decisions.push(await request.json());
      now = booking();
      return HttpResponse.json(now);
    }),
  );
  const { user } = openApp(`/bookings/${MOVED.id}`, { as: 'member' });
  return { user, decisions };
}

test('a moved flight shows the booked and the new times, and the new times can be kept', async () => {
  const { user, decisions } = openMoved();
  expect(await screen.findByRole('heading', { name: 'Your flight has new times' })).toBeVisible();
  const newTimes = within(screen.getByRole('region', { name: 'New times' }));
  expect(newTimes.getAllByText(/^\d\d:\d\d$/).map((time) => time.textContent)).toEqual([
    '10:00',
    '12:10',
    '14:00',
    '16:10',
  ]);
  await user.click(newTimes.getByRole('button', { name: 'Keep the new times' }));
  expect(await screen.findByRole('heading', { name: 'You are booked' })).toBeVisible();
  expect(screen.queryByRole('region', { name: 'New times' })).not.toBeInTheDocument();
  expect(decisions).toEqual([{ action: 'keep' }]);
});

test('a booking with a moved flight can be cancelled in the usual dialog', async () => {
  network.use(
    http.post('/api/v1/bookings/:id/cancellations', () =>
      problem(409, 'not_cancellable', 'The flight has departed.'),
    ),
  );
  const { user } = openMoved();
  const cancel = await screen.findByRole('button', { name: 'Cancel free of charge' });
  expect(screen.queryByRole('button', { name: 'Cancel booking' })).not.toBeInTheDocument();
  await user.click(cancel);
  expect(await within(await screen.findByRole('dialog')).findByRole('alert')).toHaveTextContent('departed');
});
