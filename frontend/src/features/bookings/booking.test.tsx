import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import type { Booking } from '@/lib/wire';
import { openApp } from '@/testing/app';
import { network, problem } from '@/testing/network';
import { booking, FLIGHT, job, segment, TRAVELLER } from '@/testing/samples';

const FLIGHT_PAGE = `/flights/${FLIGHT.id}?seats=2`;
const BOOKING = booking();
const ACCEPTED = {
  job_id: BOOKING.id,
  booking_id: BOOKING.id,
  status: 'PENDING',
  status_url: `/api/v1/jobs/${BOOKING.id}`,
};

beforeEach(() => {
  network.use(
    http.get('/api/v1/flights/:id', () => HttpResponse.json(FLIGHT)),
    http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER)),
  );
});

/** Answers `POST /api/v1/booking` and keeps the keys that came with it. */
function bookingDesk(...answers: (() => Response)[]): string[] {
  const keys: string[] = [];
  network.use(
    http.post('/api/v1/booking', ({ request }) => {
      keys.push(request.headers.get('Idempotency-Key') ?? 'none');
      return (answers[keys.length - 1] ?? answers.at(-1))?.();
    }),
  );
  return keys;
}

const accept = () => HttpResponse.json(ACCEPTED, { status: 202 });

function jobIs(of: Booking) {
  network.use(http.get('/api/v1/jobs/:id', () => HttpResponse.json(job(of))));
}

test('two presses book once', async () => {
  jobIs(BOOKING);
  const keys = bookingDesk(accept);
  const { user } = openApp(FLIGHT_PAGE, { as: 'member' });
  await user.dblClick(await screen.findByRole('button', { name: 'Book 2 seats' }));
  expect(await screen.findByRole('heading', { name: 'You are booked' })).toBeVisible();
  expect(keys).toHaveLength(1);
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
});

test('two presses in one moment book once', async () => {
  jobIs(BOOKING);
  const keys = bookingDesk(accept);
  openApp(FLIGHT_PAGE, { as: 'member' });
  const book = await screen.findByRole('button', { name: 'Book 2 seats' });
  fireEvent.click(book);
  fireEvent.click(book);
  expect(await screen.findByRole('heading', { name: 'You are booked' })).toBeVisible();
  expect(keys).toHaveLength(1);
});

test('a lost answer is asked for again with the same key', async () => {
  jobIs(BOOKING);
  const keys = bookingDesk(() => HttpResponse.error(), accept);
  const { user } = openApp(FLIGHT_PAGE, { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Book 2 seats' }));
  expect(await screen.findByRole('heading', { name: 'You are booked' }, { timeout: 3000 })).toBeVisible();
  expect(keys).toHaveLength(2);
  expect(keys[1]).toBe(keys[0]);
});

test('a refusal is said beside the button, and the next try is a new wish', async () => {
  const keys = bookingDesk(() => problem(409, 'sold_out', 'Fewer seats are left than you asked for.'));
  const { user } = openApp(FLIGHT_PAGE, { as: 'member' });
  const book = await screen.findByRole('button', { name: 'Book 2 seats' });
  await user.click(book);
  expect(await screen.findByRole('alert')).toHaveTextContent('Fewer seats are left than you asked for.');
  await user.click(book);
  await waitFor(() => expect(keys).toHaveLength(2));
  expect(keys[1]).not.toBe(keys[0]);
});

test('booking the same flight twice is asked about, and done when it was meant', async () => {
  jobIs(BOOKING);
  const bodies: unknown[] = [];
  network.use(
    http.post('/api/v1/booking', async ({ request }) => {
      bodies.push(await request.json());
      return bodies.length === 1
        ? problem(409, 'possible_duplicate', 'You booked this flight a moment ago.', {
            booking_id: 'earlier',
          })
        : accept();
    }),
  );
  const { user } = openApp(FLIGHT_PAGE, { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Book 2 seats' }));
  expect(await screen.findByRole('link', { name: 'See that booking' })).toHaveAttribute(
    'href',
    '/bookings/earlier',
  );
  expect(screen.queryByRole('button', { name: 'Book 2 seats' })).not.toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Book once more' }));
  expect(await screen.findByRole('heading', { name: 'You are booked' })).toBeVisible();
  expect(bodies.at(-1)).toEqual({ flight_id: FLIGHT.id, seats: 2, allow_duplicate: true });
});

test.each([
  { ways: ['Pay now with a card'], action: 'Pay and book 2 seats', payment: { token: 'tok_ok' } },
  {
    ways: ['Pay now with a card', 'A card that the bank refuses'],
    action: 'Pay and book 2 seats',
    payment: { token: 'tok_declined' },
  },
  { ways: ['Hold the seats, pay later'], action: 'Hold 2 seats', payment: { hold: true } },
])('$ways is asked for', async ({ ways, action, payment }) => {
  jobIs(BOOKING);
  const bodies: unknown[] = [];
  network.use(
    http.post('/api/v1/booking', async ({ request }) => {
      bodies.push(await request.json());
      return accept();
    }),
  );
  const { user } = openApp(FLIGHT_PAGE, { as: 'member' });
  for (const way of ways) await user.click(await screen.findByRole('radio', { name: way }));
  await user.click(screen.getByRole('button', { name: action }));
  expect(await screen.findByRole('heading', { name: 'You are booked' })).toBeVisible();
  expect(bodies).toEqual([{ flight_id: FLIGHT.id, seats: 2, payment }]);
});

test('who travels may be named, and blanks are nobody', async () => {
  jobIs(BOOKING);
  const bodies: unknown[] = [];
  network.use(
    http.post('/api/v1/booking', async ({ request }) => {
      bodies.push(await request.json());
      return accept();
    }),
  );
  const { user } = openApp(FLIGHT_PAGE, { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Add names (optional)' }));
  await user.type(screen.getByRole('textbox', { name: 'Traveller 2' }), ' Asha Rao ');
  await user.click(screen.getByRole('button', { name: 'Book 2 seats' }));
  expect(await screen.findByRole('heading', { name: 'You are booked' })).toBeVisible();
  expect(bodies).toEqual([{ flight_id: FLIGHT.id, seats: 2, passengers: [{ name: 'Asha Rao' }] }]);
});

test.each([
  { title: 'Departed', flight: { ...FLIGHT, departure_ts: '2020-12-01T04:30:00Z' } },
  { title: 'Cancelled', flight: { ...FLIGHT, status: 'CANCELLED' } },
  { title: 'Sold out', flight: { ...FLIGHT, available_seats: 0 } },
])('a flight that is $title cannot be booked', async ({ title, flight }) => {
  network.use(http.get('/api/v1/flights/:id', () => HttpResponse.json(flight)));
  openApp(FLIGHT_PAGE, { as: 'member' });
  expect(await screen.findByText(title, { selector: 'strong' })).toBeVisible();
  expect(screen.queryByRole('button', { name: /Book/ })).not.toBeInTheDocument();
  expect(screen.queryByRole('group', { name: 'How many seats?' })).not.toBeInTheDocument();
});

test.each([
  { code: 'flight_departed', title: 'Departed' },
  { code: 'flight_cancelled', title: 'Cancelled' },
])('$code settles the panel', async ({ code, title }) => {
  bookingDesk(() => problem(409, code, 'Too late.'));
  const { user } = openApp(FLIGHT_PAGE, { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Book 2 seats' }));
  expect(await screen.findByText(title, { selector: 'strong' })).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Book 2 seats' })).not.toBeInTheDocument();
});

test.each([
  { left: 1, shown: 'Only 1 left: take 1' },
  { left: 0, shown: 'Join the waiting list' },
])('seats that somebody else took are told beside the way on ($left left)', async ({ left, shown }) => {
  bookingDesk(() => {
    network.use(
      http.get('/api/v1/flights/:id', () => HttpResponse.json({ ...FLIGHT, available_seats: left })),
    );
    return problem(409, 'sold_out', 'Fewer seats are left than you asked for.');
  });
  const { user } = openApp(FLIGHT_PAGE, { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Book 2 seats' }));
  expect(await screen.findByRole('button', { name: shown })).toBeVisible();
  expect(screen.getByText(/Somebody was quicker/)).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Book 2 seats' })).not.toBeInTheDocument();
});

test('too many holds lead to those that there are', async () => {
  bookingDesk(() => problem(409, 'too_many_holds', 'You have 4 unpaid holds.', { limit: 4 }));
  const { user } = openApp(FLIGHT_PAGE, { as: 'member' });
  await user.click(await screen.findByRole('radio', { name: 'Hold the seats, pay later' }));
  await user.click(screen.getByRole('button', { name: 'Hold 2 seats' }));
  const refusal = within(await screen.findByRole('alert'));
  expect(refusal.getByRole('link', { name: 'your bookings' })).toHaveAttribute('href', '/bookings');
});

test('the page follows the job by long polls until it is final', async () => {
  const preferences: (string | null)[] = [];
  const pending = booking({ status: 'PENDING', available_actions: [] });
  let confirm = () => {};
  const confirmed = new Promise<void>((resolve) => {
    confirm = resolve;
  });
  network.use(
    http.get('/api/v1/jobs/:id', async ({ request }) => {
      preferences.push(request.headers.get('Prefer'));
      if (preferences.length === 1) return HttpResponse.json(job(pending, { queue_position: 3, eta_ms: 40 }));
      await confirmed;
      const timeline = [
        ...BOOKING.timeline,
        { stage: 'confirmed', at: '2026-11-23T10:00:00.014Z', ms: 14.2 },
      ];
      return HttpResponse.json(job(BOOKING, { timeline }), { headers: { 'Preference-Applied': 'wait=20' } });
    }),
  );
  openApp(`/bookings/${BOOKING.id}`, { as: 'member' });
  expect(await screen.findByRole('heading', { name: 'Booking your seats' })).toBeVisible();
  expect(screen.getByText(/2 ahead of you/)).toBeVisible();
  confirm();
  expect(await screen.findByRole('heading', { name: 'You are booked' })).toBeVisible();
  expect(screen.getByText('+ 14 ms')).toBeVisible();
  expect(screen.getByText('K7WQ2M')).toBeVisible();
  expect(preferences).toEqual([null, 'wait=20']);
});

test('a server that does not hold the answer back is polled as slowly as it asks', async () => {
  let asked = 0;
  const pending = booking({ status: 'PENDING', available_actions: [] });
  network.use(
    http.get('/api/v1/jobs/:id', () => {
      asked += 1;
      return HttpResponse.json(job(asked < 3 ? pending : BOOKING), { headers: { 'Retry-After': '1' } });
    }),
  );
  openApp(`/bookings/${BOOKING.id}`, { as: 'member' });
  await waitFor(() => expect(asked).toBe(2));
  expect(screen.getByRole('heading', { name: 'Booking your seats' })).toBeVisible();
  expect(await screen.findByRole('heading', { name: 'You are booked' }, { timeout: 2500 })).toBeVisible();
  expect(asked).toBe(3);
});

test('a booking that lost the race is told plainly, with other flights of that local day', async () => {
  const failure = { code: 'sold_out', message: 'The flight sold out before your seats could be taken.' };
  // 20:00 UTC on 30 November is already 1 December in Delhi.
  const late = { ...FLIGHT, departure_ts: '2099-11-30T20:00:00Z' };
  const lost = booking({ status: 'FAILED', failure, available_actions: [] });
  const segments = lost.segments.map((segment) => ({ ...segment, flight: { ...segment.flight, ...late } }));
  jobIs({ ...lost, segments });
  openApp(`/bookings/${BOOKING.id}`, { as: 'member' });
  expect(await screen.findByRole('heading', { name: 'Sold out before your turn' })).toBeVisible();
  const others = screen.getByRole('link', { name: 'Other flights that day' });
  await waitFor(() => expect(others).toHaveAttribute('href', expect.stringContaining('date=2099-12-01')));
  expect(screen.queryByRole('button', { name: 'Cancel booking' })).not.toBeInTheDocument();
});

test("somebody else's booking is not here", async () => {
  network.use(http.get('/api/v1/jobs/:id', () => problem(404, 'job_not_found', 'There is no such job.')));
  openApp(`/bookings/${BOOKING.id}`, { as: 'member' });
  expect(await screen.findByRole('heading', { name: 'This booking is not here' })).toBeVisible();
});

test('a job that is no booking is not here', async () => {
  network.use(
    http.get('/api/v1/jobs/:id', () =>
      HttpResponse.json({
        ...job(BOOKING),
        kind: 'import',
        status: 'IN_PROGRESS',
        done: false,
        booking: null,
      }),
    ),
  );
  openApp(`/bookings/${BOOKING.id}`, { as: 'member' });
  expect(await screen.findByRole('heading', { name: 'This booking is not here' })).toBeVisible();
});

const TRIP = booking({
  segments: [
    segment(),
    segment({
      id: 'second',
      flight_number: 'AI-303',
      source: 'Mumbai',
      source_iata: 'BOM',
      destination: 'Chennai',
      destination_iata: 'MAA',
      departure_ts: '2099-12-01T08:55:00Z',
      arrival_ts: '2099-12-01T10:55:00Z',
    }),
  ],
});

test('a ticket of several flights tells the time between them', async () => {
  jobIs(TRIP);
  openApp(`/bookings/${TRIP.id}`, { as: 'member' });
  const ticket = within(await screen.findByRole('region', { name: 'Your ticket' }));
  expect(ticket.getByText('2 h 15 min in Mumbai')).toBeVisible();
});

test('a trip is listed from its first place to its last', async () => {
  network.use(http.get('/api/v1/bookings', () => HttpResponse.json({ data: [TRIP], next_cursor: null })));
  openApp('/bookings', { as: 'member' });
  const row = within(await screen.findByRole('listitem'));
  expect(row.getByTitle('Delhi')).toBeVisible();
  expect(row.getByTitle('Chennai')).toBeVisible();
  expect(row.getByText('16:25')).toBeVisible();
  expect(row.getByText('1 stop: Mumbai')).toBeVisible();
});

test('bookings are listed page by page, each with its way to the ticket', async () => {
  const older = booking({ id: 'older', reference: 'OLDER2', status: 'FAILED' });
  network.use(
    http.get('/api/v1/bookings', ({ request }) =>
      new URL(request.url).searchParams.get('cursor')
        ? HttpResponse.json({ data: [older], next_cursor: null })
        : HttpResponse.json({ data: [BOOKING], next_cursor: BOOKING.id }),
    ),
  );
  const { user } = openApp('/bookings', { as: 'member' });
  expect(await screen.findByRole('link', { name: 'Booking K7WQ2M' })).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Show older bookings' }));
  expect(await screen.findByRole('link', { name: 'Booking OLDER2' })).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Show older bookings' })).not.toBeInTheDocument();
});
