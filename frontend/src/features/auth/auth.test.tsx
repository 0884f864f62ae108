import { act, screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { signedIn } from '@/lib/session';
import { openApp } from '@/testing/app';
import { network, problem } from '@/testing/network';
import { booking, FLIGHT, TOKEN, TRAVELLER } from '@/testing/samples';

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
  const form = [{ pointer: '/username', code: 'bad_format', message: 'It has a form that is not allowed.' }];
  answer = () => problem(422, 'validation', 'Some of it cannot be used.', { errors: form });
  await user.click(screen.getByRole('button', { name: 'Create account' }));
  expect(await screen.findByText(/letters \(a to z\), digits and _ . @ - only/)).toBeVisible();
});

test('the rules for an account are told before anything is sent', async () => {
  openApp('/register');
  expect(await screen.findByLabelText('Username')).toHaveAccessibleDescription(/3 to 64 characters/);
  expect(screen.getByLabelText('Password')).toHaveAccessibleDescription(/At least 8 characters/);
});

test('a name that somebody else has is refused', async () => {
  network.use(
    http.post('/api/v1/auth/register', () => problem(409, 'username_taken', 'Taken.')),
    http.post('/api/v1/auth/token', () => problem(401, 'invalid_credentials', 'Wrong.')),
  );
  const { user } = openApp('/register');
  await user.type(await screen.findByLabelText('Username'), 'asha');
  await user.type(screen.getByLabelText('Password'), 'a long walk in the rain');
  await user.click(screen.getByRole('button', { name: 'Create account' }));
  expect(await screen.findByText('Somebody has this name already.')).toBeVisible();
});

test('an account whose first sign-in was lost is entered by the second press', async () => {
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
  expect(await screen.findByRole('heading', { name: 'No bookings yet' })).toBeVisible();
  expect(where()).toBe('/bookings');
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
  let letGo = () => {};
  const asked = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  network.use(
    me,
    noBookings,
    http.post('/api/v1/auth/logout', async () => {
      await asked;
      return new HttpResponse(null, { status: 204 });
    }),
  );
  localStorage.setItem('skyqueue.recent-searches', JSON.stringify([{ from: 'Delhi', to: 'London' }]));
  const { user } = openApp('/bookings', { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Account of asha' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Sign out' }));
  expect(await screen.findByRole('link', { name: 'Delhi London' })).toBeVisible();
  expect(await screen.findByRole('button', { name: 'Mumbai' })).toBeVisible();
  letGo();
  expect(await screen.findByRole('link', { name: 'Sign in' })).toBeVisible();
  expect(screen.queryByRole('link', { name: 'My bookings' })).not.toBeInTheDocument();
  await waitFor(() => expect(screen.queryByRole('link', { name: 'Delhi London' })).not.toBeInTheDocument());
  expect(await screen.findByRole('button', { name: 'Mumbai' })).toBeVisible();
});

const HINT = 'skyqueue.signed-in';
const RAVI = { ...TRAVELLER, id: '0199a000-0000-7000-8000-0000000000aa', username: 'ravi' };

/** The API with two accounts, told apart by their tokens. */
function twoPeople() {
  const isRavi = (request: Request) => request.headers.get('Authorization') === 'Bearer ravis-token';
  network.use(
    http.get('/api/v1/auth/me', ({ request }) => HttpResponse.json(isRavi(request) ? RAVI : TRAVELLER)),
    http.get('/api/v1/bookings', ({ request }) =>
      HttpResponse.json({ data: isRavi(request) ? [] : [booking()], next_cursor: null }),
    ),
    http.post('/api/v1/auth/token', () => HttpResponse.json({ ...TOKEN, access_token: 'ravis-token' })),
    http.post('/api/v1/auth/refresh', () => HttpResponse.json({ ...TOKEN, access_token: 'ravis-token' })),
  );
}

/** What another window does with what all windows share, as this one hears of it. */
function anotherWindow(mark: string | null) {
  if (mark === null) localStorage.removeItem(HINT);
  else localStorage.setItem(HINT, mark);
  act(() => {
    window.dispatchEvent(new StorageEvent('storage', { key: HINT, newValue: mark }));
  });
}

async function enterAsRavi(user: ReturnType<typeof openApp>['user']) {
  await user.type(await screen.findByLabelText('Username'), 'ravi');
  await user.type(screen.getByLabelText('Password'), 'a long walk in the rain');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
}

test('signing out in another window takes everything of theirs off this one', async () => {
  twoPeople();
  const { user } = openApp('/bookings', { as: 'member' });
  expect(await screen.findByText('K7WQ2M')).toBeVisible();
  anotherWindow(null);
  expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeVisible();
  expect(screen.queryByText('K7WQ2M')).not.toBeInTheDocument();
  await enterAsRavi(user);
  expect(await screen.findByRole('button', { name: 'Account of ravi' })).toBeVisible();
  expect(await screen.findByRole('heading', { name: 'No bookings yet' })).toBeVisible();
});

test('somebody who signs in in another window is who this one shows', async () => {
  twoPeople();
  openApp('/bookings', { as: 'member' });
  expect(await screen.findByText('K7WQ2M')).toBeVisible();
  expect(screen.getByRole('button', { name: 'Account of asha' })).toBeVisible();
  anotherWindow('ravis-mark');
  await waitFor(() => expect(screen.queryByText('K7WQ2M')).not.toBeInTheDocument());
  expect(await screen.findByRole('button', { name: 'Account of ravi' })).toBeVisible();
  expect(await screen.findByRole('heading', { name: 'No bookings yet' })).toBeVisible();
});

test('a window that waits at the door is let in with the others', async () => {
  twoPeople();
  const { where } = openApp('/sign-in?next=/bookings');
  expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeVisible();
  anotherWindow('ravis-mark');
  expect(await screen.findByRole('heading', { name: 'No bookings yet' })).toBeVisible();
  expect(where()).toBe('/bookings');
});

test('a sign-in over a sign-in that has ended unseen shows nothing of the first', async () => {
  twoPeople();
  network.use(
    http.post('/api/v1/auth/refresh', () => problem(401, 'unauthenticated', 'This sign-in has ended.')),
  );
  const { user } = openApp('/bookings', { as: 'member' });
  expect(await screen.findByText('K7WQ2M')).toBeVisible();
  network.use(
    http.get('/api/v1/jobs/:id', ({ request }) =>
      request.headers.get('Authorization') === 'Bearer ravis-token'
        ? problem(404, 'job_not_found', 'There is no such job.')
        : problem(401, 'unauthenticated', 'The token has expired.'),
    ),
  );
  await user.click(screen.getByRole('link', { name: 'Booking K7WQ2M' }));
  await enterAsRavi(user);
  await user.click(await screen.findByRole('link', { name: 'My bookings' }));
  expect(await screen.findByRole('heading', { name: 'No bookings yet' })).toBeVisible();
  expect(screen.getByRole('button', { name: 'Account of ravi' })).toBeVisible();
  expect(screen.queryByText('K7WQ2M')).not.toBeInTheDocument();
});

test('credentials given while somebody is signed in leave nothing of them', async () => {
  twoPeople();
  openApp('/bookings', { as: 'member' });
  expect(await screen.findByText('K7WQ2M')).toBeVisible();
  act(() => signedIn({ access_token: 'ravis-token', expires_in: 900 }));
  expect(await screen.findByRole('heading', { name: 'No bookings yet' })).toBeVisible();
  expect(await screen.findByRole('button', { name: 'Account of ravi' })).toBeVisible();
});

test('what one person asked for is never done as another', async () => {
  twoPeople();
  const sent: (string | null)[] = [];
  network.use(
    http.get('/api/v1/flights/:id', () => HttpResponse.json(FLIGHT)),
    http.post('/api/v1/booking', ({ request }) => {
      sent.push(request.headers.get('Authorization'));
      // Another window let Ravi in, and this one has not heard of it yet.
      localStorage.setItem(HINT, 'ravis-mark');
      return problem(401, 'unauthenticated', 'The token has expired.');
    }),
  );
  const { user } = openApp(`/flights/${FLIGHT.id}`, { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Book 1 seat' }));
  expect(await screen.findByRole('button', { name: 'Account of ravi' })).toBeVisible();
  expect(sent).toEqual(['Bearer a-token']);
});

test('the door is no page to come back to', async () => {
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
  await user.click(await screen.findByRole('link', { name: 'My bookings' }));
  expect(await screen.findByRole('heading', { name: 'No bookings yet' })).toBeVisible();
  act(back);
  await waitFor(() => expect(where()).toBe('/'));
  act(back);
  expect(await screen.findByRole('heading', { name: 'Where to next?' })).toBeVisible();
  expect(where()).toBe('/');
});

test('who is signed in is not asked to sign in', async () => {
  network.use(me, noBookings);
  const { where } = openApp('/register?next=/bookings', { as: 'member' });
  expect(await screen.findByRole('heading', { name: 'No bookings yet' })).toBeVisible();
  expect(where()).toBe('/bookings');
});

test('words for programs never reach a traveller', async () => {
  network.use(
    me,
    http.get('/api/v1/bookings', () =>
      problem(401, 'unauthenticated', 'Sign in: this needs an access token in the Authorization header.'),
    ),
    http.post('/api/v1/auth/refresh', () => HttpResponse.json(TOKEN)),
  );
  openApp('/bookings', { as: 'member' });
  expect(await screen.findByRole('alert')).toHaveTextContent(
    'Your sign-in has ended. Sign in again to go on.',
  );
});
