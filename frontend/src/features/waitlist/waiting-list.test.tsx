import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import type { WaitlistEntry } from '@/lib/api-types';
import { openApp } from '@/testing/app';
import { network, problem } from '@/testing/network';
import { FLIGHT, TRAVELLER } from '@/testing/samples';

const PAGE = `/flights/${FLIGHT.id}?seats=2`;
const WAITLIST = '/api/v1/flights/:id/waitlist';

function entry(changes: Partial<WaitlistEntry> = {}): WaitlistEntry {
  return {
    id: 'entry',
    flight_id: FLIGHT.id,
    party_size: 2,
    accept_partial: false,
    status: 'WAITING',
    position: 3,
    ahead_seats: 5,
    offer: null,
    explanation: 'No seat is free; the next ones that are given back are offered in turn.',
    created_at: '2026-11-23T10:00:00Z',
    ...changes,
  };
}

function freeSeats(available_seats: number) {
  network.use(http.get('/api/v1/flights/:id', () => HttpResponse.json({ ...FLIGHT, available_seats })));
}

beforeEach(() => {
  freeSeats(0);
  network.use(http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER)));
});

test('an account joins the waiting list, sees its place in line, and leaves', async () => {
  let mine: WaitlistEntry | null = null;
  const bodies: unknown[] = [];
  network.use(
    http.get(WAITLIST, () => (mine ? HttpResponse.json(mine) : problem(404, 'not_waiting', 'You are not.'))),
    http.post(WAITLIST, async ({ request }) => {
      bodies.push(await request.json());
      mine = entry({ accept_partial: true });
      return HttpResponse.json(mine, { status: 201 });
    }),
    http.delete(WAITLIST, () => {
      mine = null;
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = openApp(PAGE, { as: 'member' });
  await user.click(await screen.findByRole('checkbox', { name: 'Offer me fewer seats, too' }));
  await user.click(screen.getByRole('button', { name: 'Join the waiting list' }));
  expect(await screen.findByText('Number 3 in line')).toBeVisible();
  expect(screen.getByText(/No seat is free/)).toBeVisible();
  expect(screen.getByText('You wait for 2 seats, or fewer.')).toBeVisible();
  expect(bodies).toEqual([{ party_size: 2, accept_partial: true }]);
  await user.click(screen.getByRole('button', { name: 'Leave the waiting list' }));
  expect(await screen.findByRole('button', { name: 'Join the waiting list' })).toBeVisible();
});

test('an offer shows the time that is left and leads to its booking', async () => {
  const offer = {
    booking_id: 'offered',
    seats: 1,
    expires_at: new Date(Date.now() + 90_000).toISOString(),
  };
  network.use(
    http.get(WAITLIST, () => HttpResponse.json(entry({ status: 'OFFERED', position: null, offer }))),
  );
  openApp(PAGE, { as: 'member' });
  expect(await screen.findByText('It is your turn')).toBeVisible();
  expect(screen.getByText(/1 of the 2 seats that you wait for is held for you/)).toBeVisible();
  expect(screen.getByRole('timer')).toHaveTextContent(/^01:[23]\d$/);
  expect(screen.getByRole('link', { name: 'Pay for it' })).toHaveAttribute('href', '/bookings/offered');
  // Seats that anybody can book would be paid for a second time.
  expect(screen.queryByRole('button', { name: /^Pay/ })).not.toBeInTheDocument();
});

test('an account that does not have to wait is led back to the seats', async () => {
  freeSeats(1);
  network.use(http.post(WAITLIST, () => problem(409, 'seats_available', 'There are seats.', { free: 1 })));
  const { user, where } = openApp(PAGE, { as: 'member' });
  const party = within(await screen.findByRole('group', { name: 'Seats to wait for' }));
  await user.click(party.getByRole('button', { name: 'One seat fewer' }));
  await user.click(screen.getByRole('button', { name: 'Join the waiting list' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('You do not have to wait');
  await user.click(screen.getByRole('button', { name: 'Choose it' }));
  expect(await screen.findByRole('button', { name: 'Pay ₹7,500' })).toBeVisible();
  expect(where()).toContain('seats=1');
});

test('an account that waits already for another number of seats sees that entry', async () => {
  let calls = 0;
  network.use(
    http.get(WAITLIST, () => {
      calls += 1;
      return calls === 1
        ? problem(404, 'not_waiting', 'You are not.')
        : HttpResponse.json(entry({ party_size: 4 }));
    }),
    http.post(WAITLIST, () => problem(409, 'already_waiting', 'You wait with another party.')),
  );
  const { user } = openApp(PAGE, { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Join the waiting list' }));
  expect(await screen.findByText('You wait for 4 seats together.')).toBeVisible();
  expect(screen.getByRole('alert')).toHaveTextContent('You wait already');
});

test('after an offer that ended unpaid, the waiting list can be joined again', async () => {
  network.use(http.get(WAITLIST, () => HttpResponse.json(entry({ status: 'EXPIRED', position: null }))));
  openApp(PAGE, { as: 'member' });
  expect(await screen.findByText(/Your offer ended unpaid/)).toBeVisible();
  expect(screen.getByRole('button', { name: 'Join the waiting list' })).toBeVisible();
});

test('a visitor gets a link to sign in', async () => {
  openApp(PAGE);
  expect(await screen.findByRole('link', { name: 'Sign in to wait' })).toHaveAttribute(
    'href',
    expect.stringContaining('/sign-in?next='),
  );
});

test('while there are enough seats, no waiting list is shown', async () => {
  freeSeats(5);
  openApp(PAGE, { as: 'member' });
  expect(await screen.findByRole('button', { name: 'Pay ₹15,000' })).toBeVisible();
  expect(screen.queryByRole('heading', { name: 'Waiting list' })).not.toBeInTheDocument();
});
