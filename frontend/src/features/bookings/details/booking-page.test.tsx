import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';
import { openApp } from '@/testing/app';
import { flightsAre, jobIs } from '@/testing/booking-api';
import { network, problem } from '@/testing/network';
import { booking, FLIGHT, job, NEXT_FLIGHT, segment, TRAVELLER } from '@/testing/samples';

const BOOKING = booking();
const PENDING = booking({ status: 'PENDING', available_actions: [] });
const CONNECTING = booking({ segments: [segment(FLIGHT), segment(NEXT_FLIGHT)] });
const PAGE = `/bookings/${BOOKING.id}`;
const SOLD_OUT = {
  code: 'sold_out',
  message: 'The flight sold out before your seats could be taken.',
} as const;

beforeEach(() => {
  network.use(http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER)));
});

test('the page reads the job by long polls until it is done', async () => {
  const preferences: (string | null)[] = [];
  let confirm = () => {};
  const confirmed = new Promise<void>((resolve) => {
    confirm = resolve;
  });
  network.use(
    http.get('/api/v1/jobs/:id', async ({ request }) => {
      preferences.push(request.headers.get('Prefer'));
      if (preferences.length === 1) return HttpResponse.json(job(PENDING, { queue_position: 3, eta_ms: 40 }));
      await confirmed;
      const stage = { stage: 'confirmed', at: '2026-11-23T10:00:00.014Z', ms: 14.2 };
      return HttpResponse.json(job(BOOKING, { timeline: [...BOOKING.timeline, stage] }), {
        headers: { 'Preference-Applied': 'wait=20' },
      });
    }),
  );
  const { user } = openApp(PAGE, { as: 'member' });
  expect(await screen.findByRole('heading', { name: 'Booking your seats' })).toBeVisible();
  expect(screen.getByText(/2 are ahead of you, about 40 ms/)).toBeVisible();
  confirm();
  expect(await screen.findByRole('heading', { name: 'You are booked' })).toBeVisible();
  expect(screen.getByText('+ 14 ms')).not.toBeVisible();
  await user.click(screen.getByText('How it was processed'));
  expect(screen.getByText('+ 14 ms')).toBeVisible();
  expect(screen.getByRole('list', { name: 'Progress' })).toHaveTextContent('Seats, doneConfirmed, done');
  expect(screen.getByText('K7WQ2M')).toBeVisible();
  expect(preferences).toEqual([null, 'wait=20']);
});

test('a server without long polls is polled at its `Retry-After`', async () => {
  let calls = 0;
  network.use(
    http.get('/api/v1/jobs/:id', () => {
      calls += 1;
      return HttpResponse.json(job(calls < 3 ? PENDING : BOOKING), { headers: { 'Retry-After': '1' } });
    }),
  );
  openApp(PAGE, { as: 'member' });
  await waitFor(() => expect(calls).toBe(2));
  expect(screen.getByRole('heading', { name: 'Booking your seats' })).toBeVisible();
  expect(await screen.findByRole('heading', { name: 'You are booked' }, { timeout: 2500 })).toBeVisible();
  expect(calls).toBe(3);
});

test('while the server is away the page says that it may be out of date', async () => {
  let away = false;
  network.use(
    http.get('/api/v1/jobs/:id', () => {
      if (away) return problem(500, 'internal', 'Something went wrong on our side.');
      away = true;
      return HttpResponse.json(job(PENDING));
    }),
  );
  openApp(PAGE, { as: 'member' });
  expect(await screen.findByText(/The server cannot be reached/)).toBeVisible();
  expect(screen.getByRole('heading', { name: 'Booking your seats' })).toBeVisible();
});

test('a booking that got no seats leads to other flights of that local day', async () => {
  // 20:00 UTC on 30 November is already 1 December in Delhi.
  const late = segment({ ...FLIGHT, departure_ts: '2099-11-30T20:00:00Z' });
  jobIs(booking({ status: 'FAILED', failure: SOLD_OUT, available_actions: [], segments: [late] }));
  openApp(PAGE, { as: 'member' });
  expect(await screen.findByRole('heading', { name: 'Sold out before your turn' })).toBeVisible();
  const others = screen.getByRole('link', { name: 'Other flights that day' });
  await waitFor(() => expect(others).toHaveAttribute('href', expect.stringContaining('date=2099-12-01')));
  expect(screen.getByRole('link', { name: 'This flight again' })).toHaveAttribute(
    'href',
    `/flights/${FLIGHT.id}?seats=2`,
  );
  expect(screen.queryByRole('button', { name: 'Cancel booking' })).not.toBeInTheDocument();
});

test('a booking of two flights that got no seats leads to the whole route again', async () => {
  jobIs({ ...CONNECTING, status: 'FAILED', failure: SOLD_OUT, available_actions: [] });
  openApp(PAGE, { as: 'member' });
  expect(await screen.findByText(/On one of the flights, another booking got the last seats/)).toBeVisible();
  const hrefOf = (name: string) => screen.getByRole('link', { name }).getAttribute('href') ?? '';
  expect(hrefOf('Other flights that day')).toMatch(/from=Delhi&to=London/);
  expect(decodeURIComponent(hrefOf('These flights again'))).toBe(
    `/itinerary?flights=${FLIGHT.id},${NEXT_FLIGHT.id}&seats=2`,
  );
});

test('after a refused card the same flight comes first, with the travellers filled in', async () => {
  jobIs(
    booking({
      status: 'FAILED',
      failure: { code: 'payment_declined', message: 'The payment was declined.' },
      available_actions: [],
      passengers: [{ name: 'Asha Rao', position: 0, date_of_birth: '1990-02-03', contact: null }],
    }),
  );
  flightsAre(FLIGHT);
  const scrolled = vi.spyOn(Element.prototype, 'scrollIntoView');
  const { user } = openApp(PAGE, { as: 'member' });
  const again = await screen.findByRole('link', { name: 'Try another card' });
  const others = screen.getByRole('link', { name: 'Other flights that day' });
  expect(again.compareDocumentPosition(others)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
  await user.click(again);
  const first = within(await screen.findByRole('group', { name: 'Traveller 1' }));
  expect(first.getByLabelText('Full name')).toHaveValue('Asha Rao');
  expect(first.getByLabelText('Date of birth')).toHaveValue('1990-02-03');
  // The card is what has to change.
  expect(scrolled.mock.contexts).toContain(screen.getByRole('heading', { name: 'Payment' }));
  expect(within(screen.getByRole('group', { name: 'Traveller 2' })).getByLabelText('Full name')).toHaveValue(
    '',
  );
});

test('the booking of another account is not found', async () => {
  network.use(http.get('/api/v1/jobs/:id', () => problem(404, 'job_not_found', 'There is no such job.')));
  openApp(PAGE, { as: 'member' });
  expect(await screen.findByRole('heading', { name: 'This booking was not found' })).toBeVisible();
});

test('a job that is not a booking is not found', async () => {
  const importJob = { ...job(BOOKING), kind: 'import', status: 'IN_PROGRESS', done: false, booking: null };
  network.use(http.get('/api/v1/jobs/:id', () => HttpResponse.json(importJob)));
  openApp(PAGE, { as: 'member' });
  expect(await screen.findByRole('heading', { name: 'This booking was not found' })).toBeVisible();
});

test('the ticket of two flights shows the connection between them', async () => {
  jobIs(CONNECTING);
  openApp(PAGE, { as: 'member' });
  const ticket = within(await screen.findByRole('region', { name: 'Your ticket' }));
  expect(ticket.getByText('AI-202')).toBeVisible();
  expect(ticket.getByText('BA-138')).toBeVisible();
  expect(ticket.getByText('Change of plane in Mumbai: 2 h 15 min')).toBeVisible();
});
