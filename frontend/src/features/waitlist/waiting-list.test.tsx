import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import type { PlaceInLine } from '@/lib/wire';
import { openApp } from '@/testing/app';
import { network, problem } from '@/testing/network';
import { FLIGHT, TRAVELLER } from '@/testing/samples';

const PAGE = `/flights/${FLIGHT.id}?seats=2`;
const LINE = '/api/v1/flights/:id/waitlist';

function place(changes: Partial<PlaceInLine> = {}): PlaceInLine {
  return {
    id: 'place',
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

test('a party joins the line, sees where it stands, and leaves', async () => {
  let mine: PlaceInLine | null = null;
  const bodies: unknown[] = [];
  network.use(
    http.get(LINE, () => (mine ? HttpResponse.json(mine) : problem(404, 'not_waiting', 'You are not.'))),
    http.post(LINE, async ({ request }) => {
      bodies.push(await request.json());
      mine = place({ accept_partial: true });
      return HttpResponse.json(mine, { status: 201 });
    }),
    http.delete(LINE, () => {
      mine = null;
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = openApp(PAGE, { as: 'member' });
  await user.click(await screen.findByRole('checkbox', { name: 'Fewer seats are better than none' }));
  await user.click(screen.getByRole('button', { name: 'Join the waiting list' }));
  expect(await screen.findByText('Number 3')).toBeVisible();
  expect(screen.getByText(/No seat is free/)).toBeVisible();
  expect(screen.getByText('You wait for 2 seats, or fewer.')).toBeVisible();
  expect(bodies).toEqual([{ party_size: 2, accept_partial: true }]);
  await user.click(screen.getByRole('button', { name: 'Leave the line' }));
  expect(await screen.findByRole('button', { name: 'Join the waiting list' })).toBeVisible();
});

test('an offer counts down and leads to its booking', async () => {
  const offer = {
    booking_id: 'offered',
    seats: 1,
    expires_at: new Date(Date.now() + 90_000).toISOString(),
  };
  network.use(http.get(LINE, () => HttpResponse.json(place({ status: 'OFFERED', position: null, offer }))));
  openApp(PAGE, { as: 'member' });
  expect(await screen.findByText('It is your turn')).toBeVisible();
  expect(screen.getByText(/1 of the 2 seats that you wait for is held for you/)).toBeVisible();
  expect(screen.getByRole('timer')).toHaveTextContent(/^01:[23]\d$/);
  expect(screen.getByRole('link', { name: 'Pay for it' })).toHaveAttribute('href', '/bookings/offered');
});

test('who need not wait is led back to the seats', async () => {
  freeSeats(1);
  network.use(http.post(LINE, () => problem(409, 'seats_available', 'There are seats.', { free: 1 })));
  const { user, where } = openApp(PAGE, { as: 'member' });
  const party = within(await screen.findByRole('group', { name: 'Seats to wait for' }));
  await user.click(party.getByRole('button', { name: 'One seat fewer' }));
  await user.click(screen.getByRole('button', { name: 'Join the waiting list' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('No need to wait');
  await user.click(screen.getByRole('button', { name: 'Choose it' }));
  expect(await screen.findByRole('button', { name: 'Book 1 seat' })).toBeVisible();
  expect(where()).toContain('seats=1');
});

test('who waits already with another party sees that place', async () => {
  let asked = 0;
  network.use(
    http.get(LINE, () => {
      asked += 1;
      return asked === 1
        ? problem(404, 'not_waiting', 'You are not.')
        : HttpResponse.json(place({ party_size: 4 }));
    }),
    http.post(LINE, () => problem(409, 'already_waiting', 'You wait with another party.')),
  );
  const { user } = openApp(PAGE, { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Join the waiting list' }));
  expect(await screen.findByText('You wait for 4 seats together.')).toBeVisible();
  expect(screen.getByRole('alert')).toHaveTextContent('You wait already');
});

test('an offer that ended unpaid is told, and the line is open again', async () => {
  network.use(http.get(LINE, () => HttpResponse.json(place({ status: 'EXPIRED', position: null }))));
  openApp(PAGE, { as: 'member' });
  expect(await screen.findByText(/Your offer ended unpaid/)).toBeVisible();
  expect(screen.getByRole('button', { name: 'Join the waiting list' })).toBeVisible();
});

test('a stranger is asked to sign in', async () => {
  openApp(PAGE);
  expect(await screen.findByRole('link', { name: 'Sign in to wait' })).toHaveAttribute(
    'href',
    expect.stringContaining('/sign-in?next='),
  );
});

test('where there are seats nobody is asked to wait', async () => {
  freeSeats(5);
  openApp(PAGE, { as: 'member' });
  expect(await screen.findByRole('button', { name: 'Book 2 seats' })).toBeVisible();
  expect(screen.queryByRole('heading', { name: 'Waiting list' })).not.toBeInTheDocument();
});
