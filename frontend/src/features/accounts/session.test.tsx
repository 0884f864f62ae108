import { act, screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { startSession } from '@/lib/session';
import { openApp } from '@/testing/app';
import { network, problem } from '@/testing/network';
import { booking, FLIGHT, TOKEN, TRAVELLER } from '@/testing/samples';

const me = http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER));
const noBookings = http.get('/api/v1/bookings', () => HttpResponse.json({ data: [], next_cursor: null }));

test('a token that expired early is renewed once, without a message', async () => {
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
  expect(await screen.findByRole('heading', { name: 'No trips yet' })).toBeVisible();
  expect(renewals).toBe(1);
});

test('two windows that renew at the same moment both stay signed in', async () => {
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
  expect(await screen.findByRole('heading', { name: 'No trips yet' })).toBeVisible();
});

test('a sign-in that has ended leads to the sign-in page', async () => {
  network.use(
    me,
    http.get('/api/v1/bookings', () => problem(401, 'unauthenticated', 'The token has expired.')),
    http.post('/api/v1/auth/refresh', () => problem(401, 'unauthenticated', 'This sign-in has ended.')),
  );
  const { where } = openApp('/bookings', { as: 'member' });
  expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeVisible();
  expect(screen.getByText('Your sign-in has ended. Sign in again to go on.')).toBeVisible();
  expect(where()).toBe('/sign-in?next=%2Fbookings');
});

test('signing out removes everything of the account', async () => {
  let answerLogout = () => {};
  const answered = new Promise<void>((resolve) => {
    answerLogout = resolve;
  });
  network.use(
    me,
    noBookings,
    http.post('/api/v1/auth/logout', async () => {
      await answered;
      return new HttpResponse(null, { status: 204 });
    }),
  );
  localStorage.setItem('skyqueue.recent-searches', JSON.stringify([{ from: 'Delhi', to: 'London' }]));
  const { user } = openApp('/bookings', { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Account of asha' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Sign out' }));
  expect(await screen.findByRole('link', { name: 'Delhi London' })).toBeVisible();
  expect(await screen.findByRole('button', { name: 'Mumbai' })).toBeVisible();
  answerLogout();
  expect(await screen.findByRole('link', { name: 'Sign in' })).toBeVisible();
  expect(screen.queryByRole('link', { name: 'My trips' })).not.toBeInTheDocument();
  await waitFor(() => expect(screen.queryByRole('link', { name: 'Delhi London' })).not.toBeInTheDocument());
  expect(await screen.findByRole('button', { name: 'Mumbai' })).toBeVisible();
});

const STORAGE_KEY = 'skyqueue.signed-in';
const RAVI = { ...TRAVELLER, id: '0199a000-0000-7000-8000-0000000000aa', username: 'ravi' };

/** The API with two accounts, which it knows by their tokens. */
function twoAccounts() {
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

/** What this window gets to know when another window signs in (with the id of its sign-in) or out (null). */
function anotherWindow(signInId: string | null) {
  if (signInId === null) localStorage.removeItem(STORAGE_KEY);
  else localStorage.setItem(STORAGE_KEY, signInId);
  act(() => {
    window.dispatchEvent(new StorageEvent('storage', { key: STORAGE_KEY, newValue: signInId }));
  });
}

async function signInAsRavi(user: ReturnType<typeof openApp>['user']) {
  await user.type(await screen.findByLabelText('Username'), 'ravi');
  await user.type(screen.getByLabelText('Password'), 'a long walk in the rain');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
}

test('signing out in another window removes everything of the account from this one', async () => {
  twoAccounts();
  const { user } = openApp('/bookings', { as: 'member' });
  expect(await screen.findByText('K7WQ2M')).toBeVisible();
  anotherWindow(null);
  expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeVisible();
  expect(screen.queryByText('K7WQ2M')).not.toBeInTheDocument();
  await signInAsRavi(user);
  expect(await screen.findByRole('button', { name: 'Account of ravi' })).toBeVisible();
  expect(await screen.findByRole('heading', { name: 'No trips yet' })).toBeVisible();
});

test('an account that signs in in another window is shown in this one', async () => {
  twoAccounts();
  openApp('/bookings', { as: 'member' });
  expect(await screen.findByText('K7WQ2M')).toBeVisible();
  expect(screen.getByRole('button', { name: 'Account of asha' })).toBeVisible();
  anotherWindow('ravis-sign-in');
  await waitFor(() => expect(screen.queryByText('K7WQ2M')).not.toBeInTheDocument());
  expect(await screen.findByRole('button', { name: 'Account of ravi' })).toBeVisible();
  expect(await screen.findByRole('heading', { name: 'No trips yet' })).toBeVisible();
});

test('a window on the sign-in page goes on when another window signs in', async () => {
  twoAccounts();
  const { where } = openApp('/sign-in?next=/bookings');
  expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeVisible();
  anotherWindow('ravis-sign-in');
  expect(await screen.findByRole('heading', { name: 'No trips yet' })).toBeVisible();
  expect(where()).toBe('/bookings');
});

test('a sign-in after another account’s sign-in has ended shows nothing of that account', async () => {
  twoAccounts();
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
  await signInAsRavi(user);
  await user.click(await screen.findByRole('link', { name: 'My trips' }));
  expect(await screen.findByRole('heading', { name: 'No trips yet' })).toBeVisible();
  expect(screen.getByRole('button', { name: 'Account of ravi' })).toBeVisible();
  expect(screen.queryByText('K7WQ2M')).not.toBeInTheDocument();
});

test('a sign-in over another account shows nothing of that account', async () => {
  twoAccounts();
  openApp('/bookings', { as: 'member' });
  expect(await screen.findByText('K7WQ2M')).toBeVisible();
  act(() => startSession({ access_token: 'ravis-token', expires_in: 900 }));
  expect(await screen.findByRole('heading', { name: 'No trips yet' })).toBeVisible();
  expect(await screen.findByRole('button', { name: 'Account of ravi' })).toBeVisible();
});

test('what was begun as one account is never sent as another', async () => {
  twoAccounts();
  const sent: (string | null)[] = [];
  network.use(
    http.get('/api/v1/flights/:id', () => HttpResponse.json(FLIGHT)),
    http.post('/api/v1/booking', ({ request }) => {
      sent.push(request.headers.get('Authorization'));
      // Another window has signed in as Ravi, and this one does not know it yet.
      localStorage.setItem(STORAGE_KEY, 'ravis-sign-in');
      return problem(401, 'unauthenticated', 'The token has expired.');
    }),
  );
  const { user } = openApp(`/flights/${FLIGHT.id}`, { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Pay ₹7,500' }));
  expect(await screen.findByRole('button', { name: 'Account of ravi' })).toBeVisible();
  expect(sent).toEqual(['Bearer a-token']);
});

test('messages that the server writes for programs are not shown to people', async () => {
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
