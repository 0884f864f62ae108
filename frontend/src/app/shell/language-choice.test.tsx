import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openApp } from '@/testing/app';
import { asAdmin } from '@/testing/imports';
import { network } from '@/testing/network';

test('the language changes at once, and what was typed stays', async () => {
  const { user } = openApp('/');
  const from = await screen.findByRole('combobox', { name: 'From' });
  await user.type(from, 'Timbuk');
  const footer = within(screen.getByRole('contentinfo'));
  await user.selectOptions(footer.getByRole('combobox', { name: 'Language' }), 'Deutsch');
  await waitFor(() => expect(document.documentElement.lang).toBe('de'));
  expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent('Wohin geht es als Nächstes?');
  expect(screen.getByRole('combobox', { name: 'Von' })).toBe(from);
  expect(from).toHaveValue('Timbuk');
  expect(screen.getByRole('radio', { name: 'Nur Hinflug' })).toBeChecked();
  await user.selectOptions(footer.getByRole('combobox', { name: 'Sprache' }), 'हिन्दी');
  expect(await screen.findByRole('combobox', { name: 'कहाँ से' })).toHaveValue('Timbuk');
});

test('the console is English, and the pages of travellers are not', async () => {
  network.use(asAdmin);
  localStorage.setItem('skyqueue.language', 'de');
  const { user, back } = openApp('/', { as: 'member' });
  expect(await screen.findByRole('link', { name: 'Meine Reisen' })).toBeVisible();
  await user.click(await screen.findByRole('link', { name: 'Operations' }));
  await waitFor(() => expect(document.documentElement.lang).toBe('en'));
  expect(screen.getByRole('link', { name: 'My trips' })).toBeVisible();
  expect(screen.queryByRole('combobox', { name: 'Language' })).toBeNull();
  back();
  expect(await screen.findByRole('link', { name: 'Meine Reisen' })).toBeVisible();
  expect(document.documentElement.lang).toBe('de');
});
