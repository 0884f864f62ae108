import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { openApp } from '@/testing/app';
import { network } from '@/testing/network';
import { ADMIN } from '@/testing/samples';
import type { ApiKey, Delivery, Webhook } from './api-types';

const KEY: ApiKey = {
  id: 'a-key',
  name: 'the shop',
  scopes: ['read'],
  hint: 'sk_abcde',
  user_id: 'root',
  created_at: '2026-11-23T10:00:00Z',
  last_used_at: null,
  revoked_at: null,
};
const WEBHOOK: Webhook = {
  id: 'a-webhook',
  url: 'https://example.com/hooks',
  description: null,
  events: ['booking.confirmed'],
  enabled: true,
  disabled_at: null,
  disabled_reason: null,
  failing_since: null,
  old_secret_until: null,
  created_at: '2026-11-23T10:00:00Z',
  waiting: 0,
};
const DELIVERY: Delivery = {
  id: 'a-delivery',
  event_id: 'an-event',
  type: 'booking.confirmed',
  status: 'FAILED',
  attempts: 10,
  next_at: null,
  last_status: 500,
  last_error: null,
  last_ms: 12,
  created_at: '2026-11-23T10:00:00Z',
  finished_at: '2026-11-26T10:00:00Z',
};

function given(role: 'admin' | 'agent') {
  const calls: string[] = [];
  network.use(
    http.get('/api/v1/auth/me', () => HttpResponse.json({ ...ADMIN, role })),
    http.get('/admin/api-keys', () => HttpResponse.json({ data: [KEY] })),
    http.get('/admin/webhooks', () => HttpResponse.json({ data: [WEBHOOK] })),
    http.get('/admin/webhooks/a-webhook/deliveries', () =>
      HttpResponse.json({ data: [DELIVERY], next_cursor: null }),
    ),
    http.post('/admin/api-keys', () =>
      HttpResponse.json({ key: 'sk_the-whole-key', api_key: KEY }, { status: 201 }),
    ),
    http.delete('/admin/api-keys/a-key', () => {
      calls.push('revoked');
      return new HttpResponse(null, { status: 204 });
    }),
    http.post('/admin/webhooks/a-webhook/deliveries/a-delivery/replay', () => {
      calls.push('replayed');
      return HttpResponse.json(DELIVERY, { status: 202 });
    }),
  );
  return calls;
}

test('a key is shown once, and another is revoked after a question', async () => {
  const calls = given('admin');
  const { user } = openApp('/operations/integrations', { as: 'member' });
  await user.type(await screen.findByLabelText(/Name of the program/), 'the shop');
  await user.click(screen.getByRole('button', { name: 'Create a key' }));
  const told = await screen.findByRole('region', { name: 'The new key' });
  expect(within(told).getByText('sk_the-whole-key')).toBeVisible();
  await user.click(within(told).getByRole('button', { name: 'I have it' }));
  expect(screen.queryByText('sk_the-whole-key')).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Revoke the shop' }));
  expect(calls).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Yes, revoke the shop' }));
  expect(calls).toEqual(['revoked']);
});

test('what was not delivered is replayed', async () => {
  const calls = given('admin');
  const { user } = openApp('/operations/integrations', { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Deliveries to https://example.com/hooks' }));
  const table = await screen.findByRole('region', { name: 'Deliveries to https://example.com/hooks' });
  expect(within(table).getByText('500')).toBeVisible();
  await user.click(within(table).getByRole('button', { name: 'Replay' }));
  expect(calls).toEqual(['replayed']);
});

test('an agent sees everything and has nothing to change it with', async () => {
  given('agent');
  openApp('/operations/integrations', { as: 'member' });
  expect(await screen.findByText('the shop')).toBeVisible();
  for (const name of [/Create/, /Revoke/, /Ping/, /Rotate/, /Delete/, /Disable/]) {
    for (const button of await screen.findAllByRole('button', { name })) expect(button).toBeDisabled();
  }
});
