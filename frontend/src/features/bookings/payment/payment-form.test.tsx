import { screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import type { Booking } from '@/lib/api-types';
import { openApp } from '@/testing/app';
import { network, problem } from '@/testing/network';
import { booking, hold, job, payment, TRAVELLER } from '@/testing/samples';

beforeEach(() => {
  network.use(http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER)));
});

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

/** A held booking, which each payment turns into the next of `outcomes`. Returns the tokens of the payments. */
function answerPayments(held: Booking, ...outcomes: Booking[]): string[] {
  let now = held;
  const tokens: string[] = [];
  network.use(
    http.get('/api/v1/jobs/:id', () => HttpResponse.json(job(now))),
    http.post('/api/v1/bookings/:id/payments', async ({ request }) => {
      tokens.push(((await request.json()) as { token: string }).token);
      now = outcomes[tokens.length - 1] ?? now;
      return HttpResponse.json({ job_id: now.id, booking_id: now.id, status: 'HELD', status_url: '' });
    }),
  );
  return tokens;
}

test('held seats are paid, with another card after a decline', async () => {
  const until = inSeconds(754);
  const held = hold(until);
  const declined = hold(until, {
    payment: payment({ status: 'DECLINED', decline_code: 'insufficient_funds' }),
  });
  const paid = booking({ payment_mode: 'hold', payment: payment() });
  const tokens = answerPayments(held, declined, paid);
  const { user } = openApp(`/bookings/${held.id}`, { as: 'member' });

  expect(await screen.findByRole('heading', { name: 'Your seats are held' })).toBeVisible();
  expect(screen.getByRole('timer')).toHaveTextContent(/^12:3\d$/);
  await user.click(screen.getByRole('radio', { name: 'A card without enough money' }));
  await user.click(screen.getByRole('button', { name: 'Pay ₹15,000' }));

  expect(await screen.findByRole('heading', { name: 'The card was declined' })).toBeVisible();
  expect(screen.getByText(/not enough money on the card\. Nothing was charged/)).toBeVisible();
  await waitFor(() => expect(document.getElementById('main')).toHaveFocus());
  await user.click(screen.getByRole('radio', { name: 'A card that works' }));
  await user.click(screen.getByRole('button', { name: 'Pay ₹15,000' }));

  expect(await screen.findByRole('heading', { name: 'You are booked' })).toBeVisible();
  await waitFor(() => expect(document.getElementById('main')).toHaveFocus());
  expect(tokens).toEqual(['tok_insufficient_funds', 'tok_ok']);
});

test('while a card is charged, no other payment can be made', async () => {
  const charging = hold(inSeconds(60), {
    awaiting_payment: false,
    payment_required_by: null,
    available_actions: ['cancel'],
    payment: payment({ status: 'PROCESSING' }),
  });
  network.use(http.get('/api/v1/jobs/:id', () => HttpResponse.json(job(charging))));
  openApp(`/bookings/${charging.id}`, { as: 'member' });
  expect(await screen.findByRole('heading', { name: 'Paying' })).toBeVisible();
  expect(screen.getByRole('button', { name: 'Pay ₹15,000' })).toBeDisabled();
  expect(screen.queryByRole('timer')).not.toBeInTheDocument();
});

test('a payment whose response was lost is repeated with the same idempotency key', async () => {
  const held = hold(inSeconds(60));
  answerPayments(held);
  const keys: (string | null)[] = [];
  network.use(
    http.post('/api/v1/bookings/:id/payments', ({ request }) => {
      keys.push(request.headers.get('Idempotency-Key'));
      if (keys.length === 1) return HttpResponse.error();
      return HttpResponse.json({ job_id: held.id, booking_id: held.id }, { status: 202 });
    }),
  );
  const { user } = openApp(`/bookings/${held.id}`, { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Pay ₹15,000' }));
  await waitFor(() => expect(keys).toHaveLength(2));
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(keys[1]).toBe(keys[0]);
});

test('a refused payment says why', async () => {
  const held = hold(inSeconds(60));
  answerPayments(held);
  network.use(
    http.post('/api/v1/bookings/:id/payments', () => problem(409, 'hold_expired', 'The hold has ended.')),
  );
  const { user } = openApp(`/bookings/${held.id}`, { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Pay ₹15,000' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('The hold has ended.');
});

test('the page shows what happens when a hold ends', async () => {
  const until = inSeconds(1);
  let calls = 0;
  network.use(
    http.get('/api/v1/jobs/:id', () => {
      calls += 1;
      if (calls === 1) return HttpResponse.json(job(hold(until)));
      const over = { awaiting_payment: false, payment_required_by: null, available_actions: [] };
      // The server ends holds a moment after their time.
      const status = calls === 2 ? 'HELD' : 'EXPIRED';
      return HttpResponse.json(job(hold(until, { ...over, status }), { done: status === 'EXPIRED' }));
    }),
  );
  openApp(`/bookings/${booking().id}`, { as: 'member' });
  expect(await screen.findByRole('heading', { name: 'Pay for your seats' })).toBeVisible();
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Pay ₹15,000' })).not.toBeInTheDocument());
  expect(await screen.findByRole('heading', { name: 'The hold has ended' })).toBeVisible();
  expect(screen.getByText(/Nothing was charged/)).toBeVisible();
  expect(screen.getByRole('link', { name: 'Other flights that day' })).toBeVisible();
});

test('the page polls until a refund has arrived', async () => {
  let calls = 0;
  const cancelled = (status: string) =>
    booking({
      status: 'CANCELLED',
      available_actions: [],
      payment: payment(),
      refund: { amount: '15000.00', currency: 'INR', status, reason: 'cancelled' },
    });
  network.use(
    http.get('/api/v1/jobs/:id', () => {
      calls += 1;
      return HttpResponse.json(job(cancelled(calls < 2 ? 'PENDING' : 'SUCCEEDED')));
    }),
  );
  openApp(`/bookings/${booking().id}`, { as: 'member' });
  expect(await screen.findByText('₹15,000 is on its way back to your card.')).toBeVisible();
  expect(await screen.findByText('₹15,000 was refunded to your card.')).toBeVisible();
  await waitFor(() => expect(calls).toBe(2));
});
