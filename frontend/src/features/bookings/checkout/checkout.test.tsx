import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, describe, expect, test } from 'vitest';
import { openApp } from '@/testing/app';
import { accepted, flightsAre, jobIs, respondToBookings } from '@/testing/booking-api';
import { CONFIGURATION, network, problem } from '@/testing/network';
import { booking, FLIGHT, NEXT_FLIGHT, TOKEN, TRAVELLER } from '@/testing/samples';

/** What is chosen until another payment is. */
const PAID = { token: 'tok_ok' };
const FLIGHT_IDS = [FLIGHT.id, NEXT_FLIGHT.id];

/** The checkout does the same for one flight and for several. */
const CASES = [
  {
    what: 'one flight',
    page: `/flights/${FLIGHT.id}?seats=2`,
    flights: { flight_id: FLIGHT.id, expected_total: { amount: '15000.00', currency: 'INR' } },
    seats: '2 seats',
    pay: 'Pay ₹15,000',
    title: 'this flight',
  },
  {
    what: 'two flights',
    page: `/itinerary?flights=${FLIGHT_IDS.join()}&seats=2`,
    flights: { flight_ids: FLIGHT_IDS, expected_total: { amount: '75000.40', currency: 'INR' } },
    seats: '2 seats on 2 flights',
    pay: 'Pay ₹75,000.40',
    title: 'one of these flights',
  },
];

beforeEach(() => {
  flightsAre(FLIGHT, NEXT_FLIGHT);
  jobIs(booking());
  network.use(http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER)));
});

const isBooked = () => screen.findByRole('heading', { name: 'You are booked' }, { timeout: 10_000 });

describe.each(CASES)('$what', ({ page, flights, seats, pay, title }) => {
  test('two clicks book once', async () => {
    const calls = respondToBookings(accepted);
    const { user } = openApp(page, { as: 'member' });
    await user.dblClick(await screen.findByRole('button', { name: pay }));
    expect(await isBooked()).toBeVisible();
    expect(calls).toHaveLength(1);
    expect(calls[0]?.key).toMatch(/^[0-9a-f]{32}$/);
    expect(calls[0]?.body).toEqual({ ...flights, seats: 2, payment: PAID });
  });

  test('two clicks before the page is drawn again book once', async () => {
    const calls = respondToBookings(accepted);
    openApp(page, { as: 'member' });
    const button = await screen.findByRole('button', { name: pay });
    fireEvent.click(button);
    fireEvent.click(button);
    expect(await isBooked()).toBeVisible();
    expect(calls).toHaveLength(1);
  });

  test('a booking whose response was lost is repeated with the same idempotency key', async () => {
    const calls = respondToBookings(() => HttpResponse.error(), accepted);
    const { user, where } = openApp(page, { as: 'member' });
    await user.click(await screen.findByRole('button', { name: pay }));
    expect(await isBooked()).toBeVisible();
    expect(where()).toBe(`/bookings/${booking().id}`);
    expect(calls).toHaveLength(2);
    expect(calls[1]).toEqual(calls[0]);
  });

  test('until a lost answer comes the page says that it does not know', async () => {
    let away = true;
    const calls = respondToBookings(() => (away ? HttpResponse.error() : accepted()));
    const { user } = openApp(page, { as: 'member' });
    await user.click(await screen.findByRole('button', { name: pay }));
    expect(await screen.findByText('We do not know yet whether you are booked')).toBeVisible();
    expect(screen.queryByText(/was not made/)).not.toBeInTheDocument();
    away = false;
    expect(await isBooked()).toBeVisible();
    expect(new Set(calls.map(({ key }) => key)).size).toBe(1);
  });

  test('after a reload while the answer is out, the page finds out with the same key', async () => {
    let away = true;
    let answered = 0;
    const calls = respondToBookings(() => {
      if (away) return HttpResponse.error();
      answered += 1;
      return accepted();
    });
    const { user } = openApp(page, { as: 'member' });
    await user.click(await screen.findByRole('button', { name: pay }));
    await screen.findByText('We do not know yet whether you are booked');
    cleanup();
    openApp(page, { as: 'member' });
    // The first page continues here, unlike in a browser. It must get no response before the new page has sent its request, too.
    await screen.findByText('We do not know yet whether you are booked');
    for (const call of calls) expect(call).toEqual(calls[0]);
    away = false;
    expect(await isBooked()).toBeVisible();
    await waitFor(() => expect(answered).toBe(2), { timeout: 10_000 });
  });

  test('while the server is busy a new click sends the same idempotency key', async () => {
    const calls = respondToBookings(
      () => problem(503, 'overloaded', 'Come back later.', {}, { 'Retry-After': '0' }),
      () => problem(503, 'overloaded', 'Come back later.', {}, { 'Retry-After': '0' }),
      () => problem(503, 'overloaded', 'Come back later.', {}, { 'Retry-After': '0' }),
      () => problem(503, 'overloaded', 'Come back later.', {}, { 'Retry-After': '0' }),
      accepted,
    );
    const { user } = openApp(page, { as: 'member' });
    await user.click(await screen.findByRole('button', { name: pay }));
    expect(await screen.findByRole('alert')).toHaveTextContent('Come back later.');
    await user.click(screen.getByRole('button', { name: pay }));
    expect(await isBooked()).toBeVisible();
    expect(new Set(calls.map(({ key }) => key)).size).toBe(1);
  });

  test('a refusal is shown beside the button, and the next try is a new request', async () => {
    const calls = respondToBookings(() =>
      problem(409, 'sold_out', 'Fewer seats are left than you asked for.'),
    );
    const { user } = openApp(page, { as: 'member' });
    const button = await screen.findByRole('button', { name: pay });
    await user.click(button);
    expect(await screen.findByRole('alert')).toHaveTextContent(/fewer seats .*left than you asked for/i);
    await user.click(button);
    await waitFor(() => expect(calls).toHaveLength(2));
    expect(calls[1]?.key).not.toBe(calls[0]?.key);
  });

  test('a second booking of the same flight needs a confirmation', async () => {
    const calls = respondToBookings(
      () => problem(409, 'possible_duplicate', 'You booked it a moment ago.', { booking_id: 'earlier' }),
      accepted,
    );
    const { user } = openApp(page, { as: 'member' });
    await user.click(await screen.findByRole('button', { name: pay }));
    const question = within(await screen.findByRole('alert'));
    expect(question.getByText(`You booked ${title} a moment ago`)).toBeVisible();
    expect(question.getByRole('link', { name: 'See that booking' })).toHaveAttribute(
      'href',
      '/bookings/earlier',
    );
    expect(screen.queryByRole('button', { name: pay })).not.toBeInTheDocument();
    await user.click(question.getByRole('button', { name: 'Book again' }));
    expect(await isBooked()).toBeVisible();
    expect(calls.at(-1)?.body).toEqual({ ...flights, seats: 2, payment: PAID, allow_duplicate: true });
    expect(calls[1]?.key).not.toBe(calls[0]?.key);
  });

  test('a changed price needs a confirmation', async () => {
    const actual = { amount: '80000.00', currency: 'INR' };
    const calls = respondToBookings(
      () => problem(409, 'price_changed', 'It costs more.', { expected: flights.expected_total, actual }),
      accepted,
    );
    const { user } = openApp(page, { as: 'member' });
    await user.click(await screen.findByRole('button', { name: pay }));
    const question = within(await screen.findByRole('alert'));
    expect(question.getByText('The price has changed')).toBeVisible();
    expect(question.getByText(/Nothing was booked/)).toHaveTextContent('₹80,000');
    expect(screen.queryByRole('button', { name: pay })).not.toBeInTheDocument();
    await user.click(question.getByRole('button', { name: 'Book for ₹80,000' }));
    expect(await isBooked()).toBeVisible();
    expect(calls.map(({ body }) => body)).toEqual([
      { ...flights, seats: 2, payment: PAID },
      { ...flights, seats: 2, payment: PAID, expected_total: actual },
    ]);
    expect(calls[1]?.key).not.toBe(calls[0]?.key);
  });

  test.each([
    { options: ['A card that the bank refuses'], action: null, payment: { token: 'tok_declined' } },
    { options: ['Hold the seats, pay later'], action: 'Hold', payment: { hold: true } },
    { options: ['Book without payment'], action: 'Book', payment: undefined },
  ])('$options is sent as the payment', async ({ options, action, payment }) => {
    const calls = respondToBookings(accepted);
    const { user } = openApp(page, { as: 'member' });
    for (const option of options) await user.click(await screen.findByRole('radio', { name: option }));
    await user.click(screen.getByRole('button', { name: action ? `${action} ${seats}` : pay }));
    expect(await isBooked()).toBeVisible();
    expect(calls.map(({ body }) => body)).toEqual([{ ...flights, seats: 2, ...(payment && { payment }) }]);
  });

  test('where payment is required, a booking without it is not offered', async () => {
    network.use(
      http.get('/api/v1/configuration', () =>
        HttpResponse.json({ ...CONFIGURATION, payment_required: true }),
      ),
    );
    openApp(page, { as: 'member' });
    expect(await screen.findByRole('heading', { name: 'If you cancel' })).toBeVisible();
    expect(screen.getByRole('radio', { name: 'Pay now with a card' })).toBeChecked();
    expect(screen.queryByRole('radio', { name: 'Book without payment' })).not.toBeInTheDocument();
  });

  test('a visitor signs in and comes back to the same checkout', async () => {
    network.use(http.post('/api/v1/auth/token', () => HttpResponse.json(TOKEN)));
    const { user, where } = openApp(page);
    await user.click(await screen.findByRole('link', { name: 'Sign in to book' }));
    await user.type(await screen.findByLabelText('Username'), 'asha');
    await user.type(screen.getByLabelText('Password'), 'a long walk in the rain');
    await user.click(screen.getByRole('button', { name: 'Sign in' }));
    expect(await screen.findByRole('button', { name: pay })).toBeVisible();
    expect(decodeURIComponent(where())).toBe(page);
  });

  test('too many unpaid holds lead to the bookings', async () => {
    respondToBookings(() => problem(409, 'too_many_holds', 'You have 4 unpaid holds.', { limit: 4 }));
    const { user } = openApp(page, { as: 'member' });
    await user.click(await screen.findByRole('radio', { name: 'Hold the seats, pay later' }));
    await user.click(screen.getByRole('button', { name: `Hold ${seats}` }));
    const refusal = within(await screen.findByRole('alert'));
    expect(refusal.getByRole('link', { name: 'your bookings' })).toHaveAttribute('href', '/bookings');
  });

  test.each([
    { title: 'Departed', flight: { ...FLIGHT, departure_ts: '2020-12-01T04:30:00Z' } },
    { title: 'Cancelled', flight: { ...FLIGHT, status: 'CANCELLED' as const } },
    { title: 'Sold out', flight: { ...FLIGHT, available_seats: 0 } },
  ])('a flight that is $title cannot be booked', async ({ title: closed, flight }) => {
    flightsAre(flight, NEXT_FLIGHT);
    openApp(page, { as: 'member' });
    expect(await screen.findByText(closed, { selector: 'strong' })).toBeVisible();
    expect(screen.queryByRole('button', { name: /Book|Hold|Pay/ })).not.toBeInTheDocument();
    expect(screen.queryByRole('group', { name: 'How many seats?' })).not.toBeInTheDocument();
  });

  test.each([
    { code: 'flight_departed', title: 'Departed' },
    { code: 'flight_cancelled', title: 'Cancelled' },
  ])('after the refusal $code nothing can be booked', async ({ code, title: closed }) => {
    respondToBookings(() => problem(409, code, 'Too late.'));
    const { user } = openApp(page, { as: 'member' });
    await user.click(await screen.findByRole('button', { name: pay }));
    expect(await screen.findByText(closed, { selector: 'strong' })).toBeVisible();
    expect(screen.queryByRole('button', { name: pay })).not.toBeInTheDocument();
  });
});

test.each([
  { left: 1, shown: 'Only 1 left: take 1' },
  { left: 0, shown: 'Join the waiting list' },
])('seats that another booking took are told with what can be done ($left left)', async ({ left, shown }) => {
  respondToBookings(() => {
    flightsAre({ ...FLIGHT, available_seats: left });
    return problem(409, 'sold_out', 'Fewer seats are left than you asked for.');
  });
  const { user } = openApp(`/flights/${FLIGHT.id}?seats=2`, { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Pay ₹15,000' }));
  expect(await screen.findByRole('button', { name: shown })).toBeVisible();
  expect(screen.getByText(/Another booking was faster/)).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Pay ₹15,000' })).not.toBeInTheDocument();
});
