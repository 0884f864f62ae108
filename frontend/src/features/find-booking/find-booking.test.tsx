import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { openApp } from '@/testing/app';
import { network, problem } from '@/testing/network';
import { NEXT_FLIGHT, segment } from '@/testing/samples';

const FOUND = {
  reference: 'K7WQ2M',
  status: 'CONFIRMED',
  seats: 2,
  flights: [segment().flight, segment(NEXT_FLIGHT).flight],
  passengers: ['Asha Rao'],
  boarding: [{ name: 'Asha Rao', seat_numbers: ['12A', null] }],
  payment_required_by: null,
  available_actions: ['cancel'],
  seats_change_until: ['2099-12-01T02:00:00Z', null],
};

test('a visitor finds a booking by its reference and a surname', async () => {
  const asked: unknown[] = [];
  network.use(
    http.post('/api/v1/bookings/find', async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json(FOUND);
    }),
  );
  const { user } = openApp('/');
  const header = within(await screen.findByRole('banner'));
  await user.click(await header.findByRole('link', { name: 'Find a booking' }));
  await user.type(await screen.findByLabelText('Booking reference'), ' k7wq2m');
  await user.type(screen.getByLabelText('Surname'), 'Rao');
  await user.click(screen.getByRole('button', { name: 'Find booking' }));
  const found = within(await screen.findByRole('region', { name: 'Booking K7WQ2M' }));
  expect(found.getByRole('status')).toHaveTextContent('Confirmed');
  expect(found.getByText('AI-202')).toBeVisible();
  const [first, second] = found.getAllByText('Asha Rao').map((name) => name.closest('li'));
  expect(first).toHaveTextContent('Asha RaoSeat 12A');
  expect(second?.textContent).toBe('Asha Rao');
  expect(found.getByText('2 seats. Only travellers with this surname are shown.')).toBeVisible();
  expect(
    found
      .getAllByRole('listitem')
      .slice(-3)
      .map((item) => item.textContent),
  ).toEqual(['cancel the booking', 'choose or change seats, until check-in closes', 'get the ticket']);
  expect(asked).toEqual([{ reference: 'k7wq2m', surname: 'Rao' }]);
});

test('an unpaid booking shows until when the seats are held', async () => {
  const held = {
    ...FOUND,
    status: 'HELD',
    available_actions: ['pay', 'cancel'],
    seats_change_until: [null, null],
  };
  network.use(
    http.post('/api/v1/bookings/find', () =>
      HttpResponse.json({ ...held, payment_required_by: '2099-11-30T10:15:00Z' }),
    ),
  );
  const { user } = openApp('/find-booking');
  await user.type(await screen.findByLabelText('Booking reference'), 'K7WQ2M');
  await user.type(screen.getByLabelText('Surname'), 'Rao');
  await user.click(screen.getByRole('button', { name: 'Find booking' }));
  expect(await screen.findByText(/^pay, until \d/)).toBeVisible();
  expect(screen.getByText('cancel the booking')).toBeVisible();
  expect(screen.queryByText('get the ticket')).toBeNull();
});

test('a field that is empty says so itself, and has the focus', async () => {
  const { user } = openApp('/find-booking');
  await user.click(await screen.findByRole('button', { name: 'Find booking' }));
  expect(screen.getByLabelText('Booking reference')).toHaveAccessibleDescription(
    expect.stringContaining('Enter the reference of the booking.'),
  );
  expect(screen.getByLabelText('Booking reference')).toHaveFocus();
  await user.type(screen.getByLabelText('Booking reference'), 'K7WQ2M');
  await user.click(screen.getByRole('button', { name: 'Find booking' }));
  expect(screen.queryByText('Enter the reference of the booking.')).toBeNull();
  expect(screen.getByLabelText('Surname')).toHaveFocus();
  expect(screen.getByText('Enter the surname of a traveller.')).toBeVisible();
});

test('a missing booking and too many tries have a text for travellers', async () => {
  let requests = 0;
  network.use(
    http.post('/api/v1/bookings/find', () => {
      requests += 1;
      return requests === 1
        ? problem(404, 'booking_not_found', 'There is no such booking.')
        : problem(429, 'rate_limited', 'Too many.', {}, { 'Retry-After': '6' });
    }),
  );
  const { user } = openApp('/find-booking');
  await user.type(await screen.findByLabelText('Booking reference'), 'AAAAAA');
  await user.type(screen.getByLabelText('Surname'), 'Rao');
  await user.click(screen.getByRole('button', { name: 'Find booking' }));
  expect(await screen.findByRole('alert')).toHaveTextContent(
    'No booking has this reference with this surname.',
  );
  await user.click(screen.getByRole('button', { name: 'Find booking' }));
  expect(await screen.findByText('Too many tries. Wait 6 seconds, then try again.')).toBeVisible();
});
