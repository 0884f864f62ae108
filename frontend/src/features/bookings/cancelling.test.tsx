import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import type { CancellationQuote } from '@/lib/wire';
import { openApp } from '@/testing/app';
import { network, problem } from '@/testing/network';
import { booking, job, payment, refund, TRAVELLER } from '@/testing/samples';

beforeEach(() => {
  network.use(http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER)));
});

const BOOKING = booking({ payment_mode: 'token', payment: payment() });

function quote(changes: Partial<CancellationQuote> = {}): CancellationQuote {
  return {
    id: 'quote-1',
    booking_id: BOOKING.id,
    refund_amount: '11250.00',
    fee_amount: '3750.00',
    currency: 'INR',
    expires_at: '2099-11-23T10:15:00Z',
    confirmed_at: null,
    ...changes,
  };
}

/** Answers questions for a quote with these in turn, and keeps what was confirmed; `confirm` is how the first ones are answered. */
function cancellationDesk(quotes: CancellationQuote[], ...refusals: (() => Response)[]) {
  let now = BOOKING;
  let asked = 0;
  const confirmed: string[] = [];
  network.use(
    http.get('/api/v1/jobs/:id', () => HttpResponse.json(job(now))),
    http.post('/api/v1/bookings/:id/cancellations', () => {
      asked += 1;
      return HttpResponse.json(quotes[asked - 1] ?? quotes.at(-1), { status: 201 });
    }),
    http.post('/api/v1/cancellations/:id/confirm', ({ params }) => {
      confirmed.push(String(params.id));
      const refuse = refusals[confirmed.length - 1];
      if (refuse) return refuse();
      now = booking({
        status: 'CANCELLED',
        available_actions: [],
        payment: payment(),
        refund: refund({ amount: '11250.00' }),
      });
      return HttpResponse.json(now);
    }),
  );
  return confirmed;
}

async function askToCancel() {
  const { user } = openApp(`/bookings/${BOOKING.id}`, { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Cancel booking' }));
  const dialog = within(await screen.findByRole('dialog'));
  return { user, dialog };
}

test('cancelling says what comes back, confirms exactly that, and tells how far the refund is', async () => {
  const confirmed = cancellationDesk([quote()]);
  const { user, dialog } = await askToCancel();
  expect(await dialog.findByText('₹11,250')).toBeVisible();
  expect(dialog.getByText('− ₹3,750')).toBeVisible();
  expect(dialog.getByText('₹15,000')).toBeVisible();
  expect(dialog.getByText(/Both seats go back on sale/)).toBeVisible();
  await user.click(dialog.getByRole('button', { name: 'Cancel booking' }));
  expect(await screen.findByRole('heading', { name: 'Booking cancelled' })).toBeVisible();
  expect(screen.getByText(/₹11,250 is on its way back to your card\. The fee was ₹3,750\./)).toBeVisible();
  expect(confirmed).toEqual(['quote-1']);
});

test('a booking that nobody paid costs nothing to cancel', async () => {
  cancellationDesk([quote({ refund_amount: '0.00', fee_amount: '0.00' })]);
  const { dialog } = await askToCancel();
  expect(await dialog.findByText(/Nothing was paid for this booking/)).toBeVisible();
});

test('that nothing comes back is said before anything is cancelled', async () => {
  const confirmed = cancellationDesk([quote({ refund_amount: '0.00', fee_amount: '15000.00' })]);
  const { user, dialog } = await askToCancel();
  expect(await dialog.findByText('Nothing')).toBeVisible();
  expect(dialog.getByText(/the fare keeps all of it/)).toBeVisible();
  await user.click(dialog.getByRole('button', { name: 'Keep it' }));
  expect(confirmed).toEqual([]);
});

test.each(['quote_expired', 'quote_superseded'])('%s asks again and says so', async (code) => {
  const newer = quote({ id: 'quote-2', refund_amount: '0.00', fee_amount: '15000.00' });
  const confirmed = cancellationDesk([quote(), newer], () => problem(409, code, 'Ask for a new one.'));
  const { user, dialog } = await askToCancel();
  await dialog.findByText('₹11,250');
  await user.click(dialog.getByRole('button', { name: 'Cancel booking' }));
  expect(await dialog.findByRole('alert')).toHaveTextContent('nothing was cancelled');
  expect(await dialog.findByText('Nothing')).toBeVisible();
  await user.click(dialog.getByRole('button', { name: 'Cancel booking' }));
  expect(await screen.findByRole('heading', { name: 'Booking cancelled' })).toBeVisible();
  expect(confirmed).toEqual(['quote-1', 'quote-2']);
});

test('a cancellation that is refused says why, also once it cannot be asked for any more', async () => {
  cancellationDesk([quote()], () => {
    const departed = booking({ available_actions: [] });
    network.use(http.get('/api/v1/jobs/:id', () => HttpResponse.json(job(departed))));
    return problem(409, 'not_cancellable', 'The flight has departed.');
  });
  const { user, dialog } = await askToCancel();
  await dialog.findByText('₹11,250');
  await user.click(dialog.getByRole('button', { name: 'Cancel booking' }));
  expect(await dialog.findByRole('alert')).toHaveTextContent('The flight has departed.');
  await user.click(dialog.getByRole('button', { name: 'Keep it' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
  expect(screen.queryByRole('button', { name: 'Cancel booking' })).not.toBeInTheDocument();
});

test('without a quote nothing can be confirmed', async () => {
  cancellationDesk([quote()]);
  network.use(
    http.post('/api/v1/bookings/:id/cancellations', () =>
      problem(409, 'not_cancellable', 'The flight has departed.'),
    ),
  );
  const { dialog } = await askToCancel();
  expect(await dialog.findByRole('alert')).toHaveTextContent('The flight has departed.');
  expect(dialog.getByRole('button', { name: 'Cancel booking' })).toBeDisabled();
});
