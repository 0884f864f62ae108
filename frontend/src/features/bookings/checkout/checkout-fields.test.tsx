import { cleanup, screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { endSession, startSession } from '@/lib/session';
import { openApp } from '@/testing/app';
import { accepted, flightsAre, jobIs, respondToBookings } from '@/testing/booking-api';
import { network, problem } from '@/testing/network';
import { booking, FLIGHT, TRAVELLER } from '@/testing/samples';

const PAGE = `/flights/${FLIGHT.id}?seats=2`;
const PAID = { token: 'tok_ok' };

beforeEach(() => {
  flightsAre(FLIGHT);
  jobIs(booking());
  network.use(http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER)));
});

const isBooked = () => screen.findByRole('heading', { name: 'You are booked' }, { timeout: 5000 });

test('the number of a test card chooses it, and any other number is refused at its field', async () => {
  const calls = respondToBookings(accepted);
  const { user } = openApp(PAGE, { as: 'member' });
  const number = await screen.findByRole('textbox', { name: 'Card number' });
  await user.clear(number);
  await user.type(number, '4111111111111111');
  expect(number).toHaveAccessibleDescription('In test mode only the cards below work.');
  await user.click(screen.getByRole('button', { name: 'Pay ₹15,000' }));
  expect(number).toHaveValue('4111 1111 1111 1111');
  expect(calls).toHaveLength(0);
  await user.clear(number);
  await user.type(number, '4000 0000 0000 3220');
  expect(screen.getByRole('radio', { name: 'A card that works slowly' })).toBeChecked();
  await user.click(screen.getByRole('button', { name: 'Pay ₹15,000' }));
  expect(await isBooked()).toBeVisible();
  expect(calls[0]?.body).toMatchObject({ payment: { token: 'tok_slow' } });
});

test('travellers can be named, and empty fields are left out', async () => {
  const calls = respondToBookings(accepted);
  const { user } = openApp(PAGE, { as: 'member' });
  const second = within(await screen.findByRole('group', { name: 'Traveller 2' }));
  await user.type(second.getByRole('textbox', { name: 'Full name' }), ' Asha Rao ');
  await user.type(second.getByLabelText('Date of birth'), '1990-02-03');
  await user.click(screen.getByRole('button', { name: 'Pay ₹15,000' }));
  expect(await isBooked()).toBeVisible();
  expect(calls.map(({ body }) => body)).toEqual([
    {
      flight_id: FLIGHT.id,
      expected_total: { amount: '15000.00', currency: 'INR' },
      seats: 2,
      payment: PAID,
      passengers: [{ name: 'Asha Rao', date_of_birth: '1990-02-03' }],
    },
  ]);
});

test('what is wrong with a traveller is said at the field, by the page and by the server', async () => {
  const message = 'This is neither an email address nor a telephone number.';
  const errors = [{ pointer: '/passengers/0/contact', code: 'pattern', message }];
  const calls = respondToBookings(() => problem(422, 'validation', 'Something is wrong.', { errors }));
  const { user } = openApp(PAGE, { as: 'member' });
  const first = within(await screen.findByRole('group', { name: 'Traveller 1' }));
  const name = first.getByRole('textbox', { name: 'Full name' });
  const contact = first.getByRole('textbox', { name: 'E-mail or phone' });
  await user.type(contact, 'nowhere');
  await user.click(screen.getByRole('button', { name: 'Pay ₹15,000' }));
  expect(name).toHaveAccessibleDescription('Whose is it? Add the name.');
  await waitFor(() => expect(name).toHaveFocus());
  expect(calls).toHaveLength(0);
  await user.type(name, 'Asha Rao');
  expect(name).not.toHaveAccessibleDescription();
  await user.click(screen.getByRole('button', { name: 'Pay ₹15,000' }));
  await waitFor(() => expect(contact).toHaveAccessibleDescription(expect.stringContaining(message)));
  await waitFor(() => expect(contact).toHaveFocus());
});

test('what was typed is there again after a reload, and is forgotten once the flights are booked', async () => {
  respondToBookings(accepted);
  const first = openApp(PAGE, { as: 'member' });
  const name = () =>
    within(screen.getByRole('group', { name: 'Traveller 1' })).getByRole('textbox', { name: 'Full name' });
  await screen.findByRole('group', { name: 'Traveller 1' });
  await first.user.type(name(), 'Asha Rao');
  cleanup();
  const second = openApp(PAGE, { as: 'member' });
  await screen.findByRole('group', { name: 'Traveller 1' });
  expect(name()).toHaveValue('Asha Rao');
  await second.user.click(screen.getByRole('button', { name: 'Pay ₹15,000' }));
  expect(await isBooked()).toBeVisible();
  cleanup();
  openApp(PAGE, { as: 'member' });
  await screen.findByRole('group', { name: 'Traveller 1' });
  expect(name()).toHaveValue('');
});

test('signing out forgets what was typed', async () => {
  const { user } = openApp(PAGE, { as: 'member' });
  const first = within(await screen.findByRole('group', { name: 'Traveller 1' }));
  await user.type(first.getByRole('textbox', { name: 'Full name' }), 'Asha Rao');
  expect(Object.values(sessionStorage).join()).toContain('Asha Rao');
  endSession();
  expect(Object.values(sessionStorage).join()).not.toContain('Asha Rao');
});

test.each([
  ['the same account finds', 'asha', 'Asha Rao'],
  ['another account does not see', 'ravi', ''],
])('after a sign-in that has ended, %s what was filled in', async (_, next, kept) => {
  const signIn = (sub: string) =>
    startSession({ access_token: `head.${btoa(JSON.stringify({ sub }))}.signature`, expires_in: 900 });
  respondToBookings(() => problem(401, 'unauthenticated', 'The token has expired.'));
  network.use(http.post('/api/v1/auth/refresh', () => problem(401, 'unauthenticated', 'It has ended.')));
  signIn('asha');
  const { user } = openApp(PAGE);
  const first = within(await screen.findByRole('group', { name: 'Traveller 1' }));
  await user.type(first.getByRole('textbox', { name: 'Full name' }), 'Asha Rao');
  await user.click(screen.getByRole('button', { name: 'Pay ₹15,000' }));
  expect(await screen.findByText('Your sign-in has ended')).toBeVisible();
  cleanup();
  signIn(next);
  openApp(PAGE);
  const again = within(await screen.findByRole('group', { name: 'Traveller 1' }));
  expect(again.getByRole('textbox', { name: 'Full name' })).toHaveValue(kept);
});
