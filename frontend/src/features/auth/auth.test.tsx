import { screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { openApp } from '@/testing/app';
import { network, problem } from '@/testing/network';
import { FLIGHT, TOKEN, TRAVELLER } from '@/testing/samples';

const me = http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER));
const noBookings = http.get('/api/v1/bookings', () => HttpResponse.json({ data: [], next_cursor: null }));

test('a visitor who wants to book registers and comes back to the same flight and seats', async () => {
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
  expect(await screen.findByRole('button', { name: 'Book 3 seats' })).toBeVisible();
  expect(where()).toBe(`/flights/${FLIGHT.id}?seats=3`);
  expect(forms[0]?.get('password')).toBe('rain & a walk=long');
});

test('what is wrong with an account is said at its field', async () => {
  const errors = [{ pointer: '/password', code: 'too_common', message: 'Choose another password.' }];
  let answer = () => problem(422, 'validation', 'Some of it cannot be used.', { errors });
  network.use(http.post('/api/v1/auth/register', () => answer()));
  const { user } = openApp('/register');
  await user.type(await screen.findByLabelText('Username'), 'asha');
  await user.type(screen.getByLabelText('Password'), 'password');
  await user.click(screen.getByRole('button', { name: 'Create account' }));
  expect(await screen.findByText('Choose another password.')).toBeVisible();
  expect(screen.getByLabelText('Password')).toHaveAccessibleDescription(/Choose another password/);
  answer = () => problem(409, 'username_taken', 'Taken.');
  await user.click(screen.getByRole('button', { name: 'Create account' }));
  expect(await screen.findByText('Somebody has this name already.')).toBeVisible();
});

test('wrong credentials are said, and too many tries show when to come back', async () => {
  let answer = () => problem(401, 'invalid_credentials', 'No account has this username and password.');
  network.use(http.post('/api/v1/auth/token', () => answer()));
  const { user } = openApp('/sign-in');
  await user.type(await screen.findByLabelText('Username'), 'asha');
  await user.type(screen.getByLabelText('Password'), 'wrong');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  expect(await screen.findByText('No account has this name and password.')).toBeVisible();
  answer = () => problem(429, 'rate_limited', 'Too many tries. Come back in 30 seconds.');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('Come back in 30 seconds.');
});

test('a page of one’s own asks a stranger to sign in and then opens', async () => {
  network.use(
    me,
    noBookings,
    http.post('/api/v1/auth/token', () => HttpResponse.json(TOKEN)),
  );
  const { user } = openApp('/bookings');
  await user.type(await screen.findByLabelText('Username'), 'asha');
  await user.type(screen.getByLabelText('Password'), 'a long walk in the rain');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  expect(await screen.findByRole('heading', { name: 'No bookings yet' })).toBeVisible();
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

test('a token that ended early is renewed once, unseen', async () => {
  let renewals = 0;
  network.use(
    me,
    http.get('/api/v1/bookings', ({ request }) =>
      request.headers.get('Authorization') === 'Bearer renewed'
        ? HttpResponse.json({ data: [], next_cursor: null })
        : problem(401, 'unauthenticated', 'The token has expired.'),
    ),
    http.post('/api/v1/auth/refresh', () => {
      renewals += 1;
      return HttpResponse.json({ ...TOKEN, access_token: 'renewed' });
    }),
  );
  openApp('/bookings', { as: 'member' });
  expect(await screen.findByRole('heading', { name: 'No bookings yet' })).toBeVisible();
  expect(renewals).toBe(1);
});

test('two windows that renew at once both stay signed in', async () => {
  let asked = 0;
  network.use(
    me,
    http.get('/api/v1/bookings', ({ request }) =>
      request.headers.get('Authorization') === 'Bearer renewed'
        ? HttpResponse.json({ data: [], next_cursor: null })
        : problem(401, 'unauthenticated', 'The token has expired.'),
    ),
    http.post('/api/v1/auth/refresh', () => {
      asked += 1;
      return asked === 1
        ? problem(409, 'refresh_raced', 'Refreshed a moment ago; ask again.')
        : HttpResponse.json({ ...TOKEN, access_token: 'renewed' });
    }),
  );
  openApp('/bookings', { as: 'member' });
  expect(await screen.findByRole('heading', { name: 'No bookings yet' })).toBeVisible();
});

test('a sign-in that has ended leads back to the door', async () => {
  network.use(
    me,
    http.get('/api/v1/bookings', () => problem(401, 'unauthenticated', 'The token has expired.')),
    http.post('/api/v1/auth/refresh', () => problem(401, 'unauthenticated', 'This sign-in has ended.')),
  );
  const { where } = openApp('/bookings', { as: 'member' });
  expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeVisible();
  expect(where()).toBe('/sign-in?next=%2Fbookings');
});

test('signing out forgets who was here', async () => {
  network.use(
    me,
    noBookings,
    http.post('/api/v1/auth/logout', () => new HttpResponse(null, { status: 204 })),
  );
  const { user } = openApp('/bookings', { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Account of asha' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Sign out' }));
  expect(await screen.findByRole('link', { name: 'Sign in' })).toBeVisible();
  expect(screen.queryByRole('link', { name: 'My bookings' })).not.toBeInTheDocument();
});
