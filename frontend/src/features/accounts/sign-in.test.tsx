import { act, screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { openApp } from '@/testing/app';
import { network, problem } from '@/testing/network';
import { FLIGHT, TOKEN, TRAVELLER } from '@/testing/samples';

const me = http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER));
const noBookings = http.get('/api/v1/bookings', () => HttpResponse.json({ data: [], next_cursor: null }));

test('a visitor who registers from the checkout comes back to the same flight and seats', async () => {
  const forms: URLSearchParams[] = [];
  network.use(
    me,
    http.get('/api/v1/flights/:id', () => HttpResponse.json(FLIGHT)),
    http.post('/api/v1/auth/register', () => HttpResponse.json(TRAVELLER, { status: 201 })),
    http.post('/api/v1/auth/token', async ({ request }) => {
      expect(request.headers.get('Content-Type')).toBe('application/x-www-form-urlencoded');
      forms.push(new URLSearchParams(await request.text()));
      return HttpResponse.json(TOKEN);
    }),
  );
  const { user, where } = openApp(`/flights/${FLIGHT.id}?seats=3`);
  await user.click(await screen.findByRole('link', { name: 'Sign in to book' }));
  await user.click(await screen.findByRole('link', { name: 'Create an account' }));
  await user.type(await screen.findByLabelText('Username'), 'asha');
  await user.type(screen.getByLabelText('Password'), 'rain & a walk=long');
  await user.click(screen.getByRole('button', { name: 'Create account' }));
  expect(await screen.findByRole('button', { name: 'Pay ₹22,500' })).toBeVisible();
  expect(where()).toBe(`/flights/${FLIGHT.id}?seats=3`);
  expect(forms[0]?.get('password')).toBe('rain & a walk=long');
});

test('what is wrong with an account is shown at its field, which takes the focus', async () => {
  const errors = [{ pointer: '/password', code: 'too_common', message: 'Choose another password.' }];
  let respond = () => problem(422, 'validation', 'Some of it cannot be used.', { errors });
  network.use(http.post('/api/v1/auth/register', () => respond()));
  const { user } = openApp('/register');
  await user.type(await screen.findByLabelText('Username'), 'asha');
  await user.type(screen.getByLabelText('Password'), 'password');
  await user.click(screen.getByRole('button', { name: 'Create account' }));
  expect(await screen.findByText(/^Many people use this password/)).toBeVisible();
  expect(screen.getByLabelText('Password')).toHaveAccessibleDescription(/Many people use this password/);
  expect(screen.getByLabelText('Password')).toHaveFocus();
  const form = [{ pointer: '/username', code: 'bad_format', message: 'It has a form that is not allowed.' }];
  respond = () => problem(422, 'validation', 'Some of it cannot be used.', { errors: form });
  await user.click(screen.getByRole('button', { name: 'Create account' }));
  expect(await screen.findByText(/letters \(a to z\), digits and _ . @ - only/)).toBeVisible();
});

test('the rules for an account are shown before anything is sent', async () => {
  openApp('/register');
  expect(await screen.findByLabelText('Username')).toHaveAccessibleDescription(/3 to 64 characters/);
  expect(screen.getByLabelText('Password')).toHaveAccessibleDescription(/At least 8 characters/);
});

test('a name that is taken is refused', async () => {
  network.use(
    http.post('/api/v1/auth/register', () => problem(409, 'username_taken', 'Taken.')),
    http.post('/api/v1/auth/token', () => problem(401, 'invalid_credentials', 'Wrong.')),
  );
  const { user } = openApp('/register');
  await user.type(await screen.findByLabelText('Username'), 'asha');
  await user.type(screen.getByLabelText('Password'), 'a long walk in the rain');
  await user.click(screen.getByRole('button', { name: 'Create account' }));
  expect(await screen.findByText('This name is taken. Choose another one.')).toBeVisible();
});

test('an account whose first sign-in was lost is signed in by pressing again', async () => {
  let registered = 0;
  network.use(
    me,
    http.post('/api/v1/auth/register', () => {
      registered += 1;
      return registered === 1
        ? HttpResponse.json(TRAVELLER, { status: 201 })
        : problem(409, 'username_taken', 'Taken.');
    }),
    http.post('/api/v1/auth/token', () =>
      registered === 1 ? problem(503, 'unavailable', 'Come back later.') : HttpResponse.json(TOKEN),
    ),
  );
  const { user, where } = openApp('/register?next=/bookings');
  network.use(noBookings);
  await user.type(await screen.findByLabelText('Username'), 'asha');
  await user.type(screen.getByLabelText('Password'), 'a long walk in the rain');
  await user.click(screen.getByRole('button', { name: 'Create account' }));
  expect(await screen.findByText('Come back later.')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Create account' }));
  expect(await screen.findByRole('heading', { name: 'No trips yet' })).toBeVisible();
  expect(where()).toBe('/bookings');
});

test('wrong credentials are refused, and after too many tries the page says when to try again', async () => {
  let respond = () => problem(401, 'invalid_credentials', 'No account has this username and password.');
  network.use(http.post('/api/v1/auth/token', () => respond()));
  const { user } = openApp('/sign-in');
  await user.type(await screen.findByLabelText('Username'), 'asha');
  await user.type(screen.getByLabelText('Password'), 'wrong');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  expect(await screen.findByText('No account has this name and password.')).toBeVisible();
  respond = () => problem(429, 'rate_limited', 'Too many tries. Come back in 30 seconds.');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('Come back in 30 seconds.');
});

test('a page that needs an account leads to the sign-in page, and then opens', async () => {
  network.use(
    me,
    noBookings,
    http.post('/api/v1/auth/token', () => HttpResponse.json(TOKEN)),
  );
  const { user } = openApp('/bookings');
  await user.type(await screen.findByLabelText('Username'), 'asha');
  await user.type(screen.getByLabelText('Password'), 'a long walk in the rain');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  expect(await screen.findByRole('heading', { name: 'No trips yet' })).toBeVisible();
});

test('signing in never leads to another site', async () => {
  network.use(
    me,
    http.post('/api/v1/auth/token', () => HttpResponse.json(TOKEN)),
  );
  const { user, where } = openApp('/sign-in?next=//evil.example/');
  await user.type(await screen.findByLabelText('Username'), 'asha');
  await user.type(screen.getByLabelText('Password'), 'a long walk in the rain');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  await waitFor(() => expect(where()).toBe('/'));
});

test('going back does not lead to the sign-in page again', async () => {
  network.use(
    me,
    noBookings,
    http.post('/api/v1/auth/token', () => HttpResponse.json(TOKEN)),
  );
  const { user, where, back } = openApp('/');
  await user.click(await screen.findByRole('link', { name: 'Sign in' }));
  await user.click(await screen.findByRole('link', { name: 'Create an account' }));
  const main = within(screen.getByRole('main'));
  await user.click(await main.findByRole('link', { name: 'Sign in' }));
  await user.type(await screen.findByLabelText('Username'), 'asha');
  await user.type(screen.getByLabelText('Password'), 'a long walk in the rain');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  await user.click(await screen.findByRole('link', { name: 'My trips' }));
  expect(await screen.findByRole('heading', { name: 'No trips yet' })).toBeVisible();
  act(back);
  await waitFor(() => expect(where()).toBe('/'));
  act(back);
  expect(await screen.findByRole('heading', { name: 'Where to next?' })).toBeVisible();
  expect(where()).toBe('/');
});

test('a user who is signed in does not see the sign-in page', async () => {
  network.use(me, noBookings);
  const { where } = openApp('/register?next=/bookings', { as: 'member' });
  expect(await screen.findByRole('heading', { name: 'No trips yet' })).toBeVisible();
  expect(where()).toBe('/bookings');
});
