import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { openApp } from '@/testing/app';
import { network, problem } from '@/testing/network';
import { TRAVELLER } from '@/testing/samples';
import { deviceText } from './device-text';

const AT = '2026-11-29T08:00:00Z';
const session = (id: string, device: string, current: boolean) => ({
  id,
  device,
  current,
  started_at: AT,
  last_used_at: AT,
  expires_at: AT,
});
const done = () => new HttpResponse(null, { status: 204 });

let sessions: ReturnType<typeof session>[];

beforeEach(() => {
  sessions = [
    session('1', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', true),
    session('2', 'curl/8.1', false),
  ];
  network.use(
    http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER)),
    http.get('/api/v1/auth/sessions', () => HttpResponse.json({ data: sessions })),
  );
});

async function openAccount() {
  const { user, where } = openApp('/account', { as: 'member' });
  const section = async (name: string) => within(await screen.findByRole('region', { name }));
  return { user, where, section };
}

test('the password is changed where the current one is right', async () => {
  const sent: unknown[] = [];
  let respond = () => problem(403, 'wrong_password', 'The current password is another one.');
  network.use(
    http.post('/api/v1/auth/password', async ({ request }) => {
      sent.push(await request.json());
      return respond();
    }),
  );
  const { user, section } = await openAccount();
  const form = await section('Password');
  await user.type(form.getByLabelText('Current password'), 'rain');
  await user.type(form.getByLabelText('New password'), 'a walk in the sun');
  await user.click(form.getByRole('button', { name: 'Change password' }));
  expect(await form.findByText('This is not your current password.')).toBeVisible();
  expect(form.getByLabelText('Current password')).toHaveFocus();

  const errors = [{ pointer: '/new_password', code: 'too_common', message: 'Choose another one.' }];
  respond = () => problem(422, 'validation', 'Choose another one.', { errors });
  await user.click(form.getByRole('button', { name: 'Change password' }));
  expect(await form.findByText(/^Many people use this password/)).toBeVisible();
  expect(form.getByLabelText('New password')).toHaveFocus();

  respond = done;
  await user.click(form.getByRole('button', { name: 'Change password' }));
  expect(await form.findByRole('status')).toHaveTextContent('Your password is changed.');
  expect(form.getByLabelText('Current password')).toHaveValue('');
  expect(sent).toEqual(Array(3).fill({ current_password: 'rain', new_password: 'a walk in the sun' }));
});

test('another device is signed out, and this one has no button for it', async () => {
  network.use(
    http.delete('/api/v1/auth/sessions/:id', ({ params }) => {
      sessions = sessions.filter(({ id }) => id !== params.id);
      return done();
    }),
  );
  const { user, section } = await openAccount();
  const devices = await section('Devices');
  expect(await devices.findByText('Firefox on Linux')).toBeVisible();
  expect(devices.getByText('This device')).toBeVisible();
  expect(devices.queryByRole('button', { name: 'Sign out Firefox on Linux' })).not.toBeInTheDocument();
  await user.click(devices.getByRole('button', { name: 'Sign out curl/8.1' }));
  await waitFor(() => expect(devices.queryByText('curl/8.1')).not.toBeInTheDocument());
});

test('signing out everywhere leads to the sign-in page', async () => {
  network.use(http.post('/api/v1/auth/logout-everywhere', done));
  const { user, section } = await openAccount();
  await user.click(await (await section('Devices')).findByRole('button', { name: 'Sign out everywhere' }));
  expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeVisible();
});

test('a failed sign-out everywhere is shown, and the user stays signed in', async () => {
  network.use(http.post('/api/v1/auth/logout-everywhere', () => problem(503, 'unavailable', 'Try again.')));
  const { user, section } = await openAccount();
  await user.click(await (await section('Devices')).findByRole('button', { name: 'Sign out everywhere' }));
  expect(await screen.findByText('Nothing was signed out.')).toBeVisible();
});

test('the account is closed with its password', async () => {
  let respond = () => problem(403, 'wrong_password', 'The current password is another one.');
  const sent: unknown[] = [];
  network.use(
    http.delete('/api/v1/auth/me', async ({ request }) => {
      sent.push(await request.json());
      return respond();
    }),
  );
  const { user, section } = await openAccount();
  const form = await section('Close the account');
  await user.type(form.getByLabelText('Password'), 'rain');
  await user.click(form.getByRole('button', { name: 'Close my account for good' }));
  expect(await form.findByText('This is not your current password.')).toBeVisible();
  expect(form.getByLabelText('Password')).toHaveFocus();
  respond = done;
  await user.click(form.getByRole('button', { name: 'Close my account for good' }));
  expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeVisible();
  expect(screen.getByRole('status')).toHaveTextContent('Your account is closed.');
  expect(sent).toEqual(Array(2).fill({ password: 'rain' }));
});

test.each([
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1',
    'Safari on an iPhone',
  ],
  ['Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0', 'Edge on Windows'],
  ['Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36', 'Chrome on Android'],
  ['python-httpx/0.28', 'python-httpx/0.28'],
  [null, 'A device that did not say its name'],
])('%s is shown as %s', (userAgent, text) => {
  expect(deviceText(userAgent)).toBe(text);
});
