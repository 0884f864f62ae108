import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { openApp } from '@/testing/app';
import { network, problem } from '@/testing/network';
import { segment } from '@/testing/samples';

const FOUND = {
  reference: 'K7WQ2M',
  status: 'CONFIRMED',
  seats: 2,
  flights: [segment().flight],
  passengers: ['Asha Rao'],
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
  await user.click(await screen.findByRole('link', { name: 'Find a booking' }));
  await user.type(await screen.findByLabelText('Booking reference'), ' k7wq2m');
  await user.type(screen.getByLabelText('Surname'), 'Rao');
  await user.click(screen.getByRole('button', { name: 'Find booking' }));
  const found = within(await screen.findByRole('region', { name: 'Booking K7WQ2M' }));
  expect(found.getByRole('status')).toHaveTextContent('Confirmed');
  expect(found.getByText('AI-202')).toBeVisible();
  expect(found.getByText('2 seats, for Asha Rao')).toBeVisible();
  expect(asked).toEqual([{ reference: 'k7wq2m', surname: 'Rao' }]);
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

test('what is not found, and too many tries, are told in plain words', async () => {
  let answers = 0;
  network.use(
    http.post('/api/v1/bookings/find', () => {
      answers += 1;
      return answers === 1
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
