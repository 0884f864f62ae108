import { screen } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import type { Booking } from '@/lib/wire';
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

test('who was not named when it was booked is named later', async () => {
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

test('the names of a cancelled booking cannot be changed', async () => {
  const ended = named('Asha Rao', { status: 'CANCELLED', available_actions: [] });
  network.use(http.get('/api/v1/jobs/:id', () => HttpResponse.json(job(ended))));
  openApp(`/bookings/${ended.id}`, { as: 'member' });
  expect(await screen.findByText('Asha Rao')).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Correct Asha Rao' })).not.toBeInTheDocument();
});
