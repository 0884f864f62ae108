import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import type { FareWatch } from '@/lib/api-types';
import { openApp } from '@/testing/app';
import { network, problem } from '@/testing/network';
import { booking, FLIGHT, job, payment, refund, TRAVELLER } from '@/testing/samples';

const RESULTS = '/?from=Delhi&to=Mumbai&date=2099-12-01';

function watch(changes: Partial<FareWatch> = {}): FareWatch {
  return {
    id: '0199a000-0000-7000-8000-0000000000e1',
    source: 'Delhi',
    destination: 'Mumbai',
    date: '2099-12-01',
    seats: 1,
    booking_id: null,
    currency: 'INR',
    below: null,
    price: '7500.00',
    booked_price: null,
    fall: null,
    ends_at: '2099-12-01T18:30:00Z',
    created_at: '2026-11-23T10:00:00Z',
    ...changes,
  };
}

const FALLEN = watch({
  price: '6900.00',
  fall: { price: '6900.00', before: '7500.00', at: '2026-11-24T10:00:00Z' },
});

function watched(list: () => FareWatch[]) {
  return http.get('/api/v1/fare-watches', () => HttpResponse.json({ data: list() }));
}

beforeEach(() => {
  network.use(
    http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER)),
    http.get('/api/v1/search', () => HttpResponse.json([FLIGHT])),
  );
});

test('the fare of a day is watched from its results, and no longer on the second press', async () => {
  let list: FareWatch[] = [];
  const asked: unknown[] = [];
  network.use(
    watched(() => list),
    http.post('/api/v1/fare-watches', async ({ request }) => {
      asked.push(await request.json());
      list = [watch()];
      return HttpResponse.json(watch(), { status: 201 });
    }),
    http.delete('/api/v1/fare-watches/:id', () => {
      list = [];
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = openApp(RESULTS, { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Watch this fare' }));
  const on = await screen.findByRole('button', { name: 'Watching this fare', pressed: true });
  expect(asked).toEqual([{ source: 'Delhi', destination: 'Mumbai', date: '2099-12-01', seats: 1 }]);
  await user.click(on);
  expect(await screen.findByRole('button', { name: 'Watch this fare' })).toBeVisible();
});

test('an error about too many watches is shown at the button', async () => {
  network.use(
    http.post('/api/v1/fare-watches', () =>
      problem(409, 'too_many_fare_watches', 'You watch 20 fares already. Stop watching one first.'),
    ),
  );
  const { user } = openApp(RESULTS, { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Watch this fare' }));
  expect(await screen.findByText('You watch 20 fares already. Stop watching one first.')).toBeVisible();
});

test('a visitor is led to the sign-in and back', async () => {
  openApp(RESULTS);
  const link = await screen.findByRole('link', { name: 'Sign in to watch this fare' });
  expect(link.getAttribute('href')).toContain('/sign-in?next=');
});

test('a fall is shown on every page until the notice is closed', async () => {
  network.use(watched(() => [FALLEN]));
  const { user } = openApp('/messages', { as: 'member' });
  expect(
    await screen.findByText('The fare has fallen: Delhi to Mumbai, Tue 1 Dec 2099, from ₹6,900.'),
  ).toBeVisible();
  expect(screen.getByRole('link', { name: 'See the flights' }).getAttribute('href')).toContain(
    'date=2099-12-01',
  );
  await user.click(screen.getByRole('button', { name: 'Close this notice' }));
  expect(screen.queryByText(/The fare has fallen/)).toBeNull();
});

test('My trips lists the watched fares, and stops one', async () => {
  let list = [FALLEN];
  network.use(
    watched(() => list),
    http.delete('/api/v1/fare-watches/:id', () => {
      list = [];
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = openApp('/bookings', { as: 'member' });
  const section = within(await screen.findByRole('region', { name: 'Watched fares' }));
  expect(await section.findByText('down from ₹7,500')).toBeVisible();
  await user.click(section.getByRole('button', { name: /^Stop watching Delhi to Mumbai/ }));
  expect(await section.findByRole('heading', { name: 'No fares watched' })).toBeVisible();
});

test('a watched return trip is named by where it begins, and not from a place to itself', async () => {
  network.use(watched(() => [watch({ destination: 'Delhi', booking_id: 'a-booking' })]));
  openApp('/bookings', { as: 'member' });
  expect(await screen.findByRole('link', { name: 'Return trip from Delhi' })).toBeVisible();
});

test('a booked flight is rebooked at the lower fare, also when it changes at the last moment', async () => {
  let total = '14000.00';
  let current = booking({ payment: payment(), payment_mode: 'token' });
  const asked: unknown[] = [];
  network.use(
    http.get('/api/v1/jobs/:id', () => HttpResponse.json(job(current))),
    http.get('/api/v1/bookings/:id/fare', () =>
      HttpResponse.json({
        booked_total: current.price_total,
        total,
        currency: 'INR',
        rebookable: total !== current.price_total,
      }),
    ),
    http.post('/api/v1/bookings/:id/rebookings', async ({ request }) => {
      asked.push(await request.json());
      if (asked.length === 1) {
        total = '14400.00';
        return problem(409, 'price_changed', 'The fare is 14400.00 INR now.');
      }
      current = booking({
        payment: payment(),
        price_total: total,
        refund: refund({ amount: '600.00', reason: 'lower_fare' }),
      });
      return HttpResponse.json(current);
    }),
  );
  const { user } = openApp(`/bookings/${current.id}`, { as: 'member' });
  expect(await screen.findByRole('heading', { name: 'Your fare is lower now' })).toBeVisible();
  expect(screen.getByText('₹1,000')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Rebook at ₹14,000' }));
  expect(await screen.findByText(/The fare has changed again/)).toBeVisible();
  await user.click(await screen.findByRole('button', { name: 'Rebook at ₹14,400' }));
  expect(await screen.findByText('Rebooked at the lower fare')).toBeVisible();
  expect(screen.getByText(/₹600 goes back to your card/)).toBeVisible();
  expect(screen.getByText('The seats are yours, and ₹14,400 is paid.')).toBeVisible();
  expect(asked.at(-1)).toEqual({ expected_total: { amount: '14400.00', currency: 'INR' } });
});
