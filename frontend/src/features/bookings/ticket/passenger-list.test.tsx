import { screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import type { Booking } from '@/lib/api-types';
import { openApp } from '@/testing/app';
import { network, problem } from '@/testing/network';
import { booking, job, TRAVELLER } from '@/testing/samples';

const named = (name: string, changes: Partial<Booking> = {}) =>
  booking({ passengers: [{ position: 1, name }], ...changes });

beforeEach(() => {
  network.use(http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER)));
});

test('the name of a traveller is corrected', async () => {
  let now = named('Asha Roa');
  const corrections: unknown[] = [];
  network.use(
    http.get('/api/v1/jobs/:id', () => HttpResponse.json(job(now))),
    http.patch('/api/v1/bookings/:id/passengers/:position', async ({ request, params }) => {
      corrections.push([params.position, await request.json()]);
      if (corrections.length === 1) return problem(422, 'validation', 'The name needs a surname.');
      now = named('Asha Rao');
      return HttpResponse.json(now);
    }),
  );
  const { user } = openApp(`/bookings/${now.id}`, { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Correct Asha Roa' }));
  const field = screen.getByRole('textbox', { name: 'Name of traveller 1' });
  expect(field).toHaveFocus();
  await user.clear(field);
  await user.type(field, 'Asha Rao');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByText('The name needs a surname.')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByText('Asha Rao')).toBeVisible();
  expect(screen.getByRole('button', { name: 'Correct Asha Rao' })).toHaveFocus();
  expect(corrections.at(-1)).toEqual(['1', { name: 'Asha Rao' }]);
});

test('passengers can be named after the booking', async () => {
  let current = booking();
  const added: unknown[] = [];
  network.use(
    http.get('/api/v1/jobs/:id', () => HttpResponse.json(job(current))),
    http.patch('/api/v1/bookings/:id/passengers', async ({ request }) => {
      added.push(await request.json());
      current = booking({ passengers: [{ position: 1, name: 'Asha Rao' }] });
      return HttpResponse.json(current);
    }),
  );
  const { user } = openApp(`/bookings/${current.id}`, { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Name a traveller' }));
  await user.type(screen.getByRole('textbox', { name: 'Name of traveller 1' }), 'Asha Rao');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByText('1 seat without a name.')).toBeVisible();
  expect(added).toEqual([{ passengers: [{ name: 'Asha Rao' }] }]);
});

test('the mail with the former ticket does not count after a correction, and does where nothing was corrected', async () => {
  const mail = {
    id: '1',
    booking_id: booking().id,
    kind: 'confirmed',
    address: 'asha@example.com',
    status: 'SENT',
  };
  let mails = [mail];
  let now = named('Asha Roa');
  network.use(
    http.get('/api/v1/mails', () => HttpResponse.json({ data: mails, next_cursor: null })),
    http.get('/api/v1/auth/email', () => HttpResponse.json({ email: mail.address, sends: true })),
    http.get('/api/v1/jobs/:id', () => HttpResponse.json(job(now))),
    http.patch('/api/v1/bookings/:id/passengers/:position', async ({ request }) => {
      const { name } = (await request.json()) as { name: string };
      now = named(name.trim());
      return HttpResponse.json(now);
    }),
  );
  const { user } = openApp(`/bookings/${now.id}`, { as: 'member' });
  expect(await screen.findByText(/^Your ticket was mailed/)).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Correct Asha Roa' }));
  await user.type(screen.getByRole('textbox', { name: 'Name of traveller 1' }), ' {Enter}');
  await user.click(await screen.findByRole('button', { name: 'Correct Asha Roa' }));
  expect(screen.getByText(/^Your ticket was mailed/)).toBeVisible();
  const field = screen.getByRole('textbox', { name: 'Name of traveller 1' });
  await user.clear(field);
  await user.type(field, 'Asha Rao{Enter}');
  expect(await screen.findByText(/^Your ticket is on its way/)).toBeVisible();
  mails = [{ ...mail, id: '2', kind: 'names_changed', address: 'asha@example.org' }, mail];
  await waitFor(() => expect(screen.getByText('asha@example.org')).toBeVisible(), { timeout: 5_000 });
});

test('the names of a cancelled booking cannot be changed', async () => {
  const ended = named('Asha Rao', { status: 'CANCELLED', available_actions: [] });
  network.use(http.get('/api/v1/jobs/:id', () => HttpResponse.json(job(ended))));
  openApp(`/bookings/${ended.id}`, { as: 'member' });
  expect(await screen.findByText('Asha Rao')).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Correct Asha Rao' })).not.toBeInTheDocument();
});
