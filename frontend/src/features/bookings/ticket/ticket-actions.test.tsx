import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';
import { openApp } from '@/testing/app';
import { jobIs } from '@/testing/booking-api';
import { network, problem } from '@/testing/network';
import { booking, TRAVELLER } from '@/testing/samples';

const BOOKING = booking();
const PAGE = `/bookings/${BOOKING.id}`;

beforeEach(() => {
  network.use(http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER)));
});

test('the ticket and the file for the calendar are saved under the reference', async () => {
  jobIs(BOOKING);
  const saved: string[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    saved.push(this.download);
  });
  for (const name of ['ticket.pdf', 'calendar.ics']) {
    network.use(http.get(`/api/v1/bookings/:id/${name}`, () => HttpResponse.arrayBuffer(new ArrayBuffer(8))));
  }
  const { user } = openApp(PAGE, { as: 'member' });
  const actions = within(await screen.findByRole('region', { name: 'Take it with you' }));
  await user.click(actions.getByRole('button', { name: 'Download ticket' }));
  await vi.waitFor(() => expect(saved).toEqual([`ticket-${BOOKING.reference}.pdf`]));
  await user.click(actions.getByRole('button', { name: 'Add to calendar' }));
  await vi.waitFor(() => expect(saved).toHaveLength(2));
  expect(saved[1]).toBe(`flights-${BOOKING.reference}.ics`);
});

test('a ticket that cannot be made says why', async () => {
  jobIs(BOOKING);
  network.use(
    http.get('/api/v1/bookings/:id/ticket.pdf', () =>
      problem(409, 'no_ticket', 'The booking was cancelled.'),
    ),
  );
  const { user } = openApp(PAGE, { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Download ticket' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('The booking was cancelled.');
});

test('a booking that is not confirmed has no ticket to take along', async () => {
  jobIs(booking({ status: 'CANCELLED', available_actions: [] }));
  openApp(PAGE, { as: 'member' });
  expect(await screen.findByRole('region', { name: 'Your ticket' })).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Download ticket' })).not.toBeInTheDocument();
});

test('the reference is copied, and the page says so', async () => {
  jobIs(BOOKING);
  const { user } = openApp(PAGE, { as: 'member' });
  await user.click(await screen.findByRole('button', { name: `Copy the reference ${BOOKING.reference}` }));
  expect(await screen.findByText('Copied')).toBeVisible();
  expect(await navigator.clipboard.readText()).toBe(BOOKING.reference);
});
