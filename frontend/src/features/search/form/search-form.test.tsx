import { screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { openApp } from '@/testing/app';
import { network } from '@/testing/network';
import { FLIGHT } from '@/testing/samples';

test('half-typed names become the places that were meant', async () => {
  network.use(http.get('/api/v1/search', () => HttpResponse.json([FLIGHT])));
  const { user, where } = openApp('/');
  await user.type(await screen.findByRole('combobox', { name: 'From' }), 'del');
  await user.type(screen.getByRole('combobox', { name: 'To' }), 'bom');
  await user.click(screen.getByRole('button', { name: 'Search' }));
  expect(await screen.findByRole('heading', { name: 'Delhi to Mumbai' })).toBeVisible();
  expect(where()).toContain('from=Delhi&to=Mumbai');
});

test('an unknown place is shown at its field, and nothing is searched', async () => {
  const { user, where } = openApp('/');
  await user.type(await screen.findByRole('combobox', { name: 'From' }), 'Atlantis');
  await user.type(screen.getByRole('combobox', { name: 'To' }), 'Mumbai');
  await user.click(screen.getByRole('button', { name: 'Search' }));
  expect(await screen.findByText('There is no place with this name.')).toBeVisible();
  expect(where()).toBe('/');
});

test('the first field with an error takes the focus, and loses the error when it changes', async () => {
  const { user } = openApp('/');
  await user.click(await screen.findByRole('button', { name: 'Search' }));
  const from = screen.getByRole('combobox', { name: 'From' });
  await waitFor(() => expect(from).toHaveFocus());
  expect(from).toHaveAccessibleDescription('Where do you fly from?');
  await user.keyboard('d');
  expect(screen.queryByText('Where do you fly from?')).not.toBeInTheDocument();
  expect(screen.getByRole('combobox', { name: 'To' })).toHaveAccessibleDescription('Where do you fly to?');
});

test('an empty field suggests the busiest places, and an unknown name says so', async () => {
  const { user } = openApp('/');
  const from = await screen.findByRole('combobox', { name: 'From' });
  await user.click(from);
  expect(await screen.findByRole('option', { name: /Hill Strip/ })).toBeVisible();
  await user.type(from, 'Atlantis');
  expect(await screen.findByRole('option', { name: 'No place is called “Atlantis”' })).toBeVisible();
});

test('the same place twice is refused at the second field', async () => {
  const { user } = openApp('/');
  await user.type(await screen.findByRole('combobox', { name: 'From' }), 'Delhi');
  await user.type(screen.getByRole('combobox', { name: 'To' }), 'DEL');
  await user.click(screen.getByRole('button', { name: 'Search' }));
  expect(await screen.findByText('Choose another place to fly to.')).toBeVisible();
});
