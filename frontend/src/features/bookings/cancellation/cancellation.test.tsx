import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import type { CancellationQuote } from '@/lib/api-types';
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

/**
 * Answers requests for a quote with these in turn, and confirmations with the refusals in turn, then with the cancelled booking. Returns
 * the quotes that were confirmed.
 */
function answerCancellations(quotes: CancellationQuote[], ...refusals: (() => Response)[]) {
  let now = BOOKING;
  let quotesGiven = 0;
  const confirmed: string[] = [];
  network.use(
    http.get('/api/v1/jobs/:id', () => HttpResponse.json(job(now))),
    http.post('/api/v1/bookings/:id/cancellations', () => {
      quotesGiven += 1;
      return HttpResponse.json(quotes[quotesGiven - 1] ?? quotes.at(-1), { status: 201 });
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

async function openDialog() {
  const { user } = openApp(`/bookings/${BOOKING.id}`, { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Cancel booking' }));
  const dialog = within(await screen.findByRole('dialog'));
  return { user, dialog };
}

test('cancelling shows the refund, confirms exactly that, and shows the state of the refund', async () => {
  const confirmed = answerCancellations([quote()]);
  const { user, dialog } = await openDialog();
  expect(await dialog.findByText('₹11,250')).toBeVisible();
  expect(dialog.getByText('− ₹3,750')).toBeVisible();
  expect(dialog.getByText('₹15,000')).toBeVisible();
  expect(dialog.getByText(/The flight will be cancelled for both travellers/)).toBeVisible();
  expect(dialog.getByText(/Both seats go back on sale/)).toBeVisible();
  await user.click(dialog.getByRole('button', { name: 'Cancel booking' }));
  expect(await screen.findByRole('heading', { name: 'Booking cancelled' })).toBeVisible();
  await waitFor(() => expect(screen.getByRole('main')).toHaveFocus());
  expect(screen.getByText(/₹11,250 is on its way back to your card\. The fee was ₹3,750\./)).toBeVisible();
  expect(confirmed).toEqual(['quote-1']);
  expect(screen.getByRole('link', { name: 'Other flights that day' })).toBeVisible();
});

test('a booking that was not paid costs nothing to cancel', async () => {
  answerCancellations([quote({ refund_amount: '0.00', fee_amount: '0.00' })]);
  const { dialog } = await openDialog();
  expect(await dialog.findByText(/Nothing was paid for this booking/)).toBeVisible();
});

test('that nothing is refunded is shown before anything is cancelled', async () => {
  const confirmed = answerCancellations([quote({ refund_amount: '0.00', fee_amount: '15000.00' })]);
  const { user, dialog } = await openDialog();
  expect(await dialog.findByText('Nothing')).toBeVisible();
  expect(dialog.getByText(/the fare is not refunded/)).toBeVisible();
  await user.click(dialog.getByRole('button', { name: 'Keep booking' }));
  expect(confirmed).toEqual([]);
});

test.each(['quote_expired', 'quote_superseded'])(
  'after %s the new refund is shown and has to be confirmed',
  async (code) => {
    const newer = quote({ id: 'quote-2', refund_amount: '0.00', fee_amount: '15000.00' });
    const confirmed = answerCancellations([quote(), newer], () => problem(409, code, 'Ask for a new one.'));
    const { user, dialog } = await openDialog();
    await dialog.findByText('₹11,250');
    await user.click(dialog.getByRole('button', { name: 'Cancel booking' }));
    expect(await dialog.findByRole('alert')).toHaveTextContent('nothing was cancelled');
    expect(await dialog.findByText('Nothing')).toBeVisible();
    await user.click(dialog.getByRole('button', { name: 'Cancel booking' }));
    expect(await screen.findByRole('heading', { name: 'Booking cancelled' })).toBeVisible();
    expect(confirmed).toEqual(['quote-1', 'quote-2']);
  },
);

test('a refused cancellation says why, also when the booking is no longer cancellable', async () => {
  answerCancellations([quote()], () => {
    const departed = booking({ available_actions: [] });
    network.use(http.get('/api/v1/jobs/:id', () => HttpResponse.json(job(departed))));
    return problem(409, 'not_cancellable', 'The flight has departed.');
  });
  const { user, dialog } = await openDialog();
  await dialog.findByText('₹11,250');
  await user.click(dialog.getByRole('button', { name: 'Cancel booking' }));
  expect(await dialog.findByRole('alert')).toHaveTextContent('The flight has departed.');
  await user.click(dialog.getByRole('button', { name: 'Keep booking' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
  expect(screen.queryByRole('button', { name: 'Cancel booking' })).not.toBeInTheDocument();
});

test('while the refund is not known, nothing can be confirmed', async () => {
  answerCancellations([quote()]);
  network.use(
    http.post('/api/v1/bookings/:id/cancellations', () =>
      problem(409, 'not_cancellable', 'The flight has departed.'),
    ),
  );
  const { dialog } = await openDialog();
  expect(await dialog.findByRole('alert')).toHaveTextContent('The flight has departed.');
  expect(dialog.getByRole('button', { name: 'Cancel booking' })).toBeDisabled();
});
