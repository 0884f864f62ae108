import { render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { Providers } from '@/app/providers';
import { newQueryClient } from '@/lib/query-client';
import { Crash } from './crash';

function showCrash(error: unknown) {
  render(
    <Providers queries={newQueryClient()} env="test">
      <Crash error={error} />
    </Providers>,
  );
}

test('a part of the app that could not be loaded is not called a fault of ours', () => {
  showCrash(new TypeError('Failed to fetch dynamically imported module: /assets/flight-C0FFEE.js'));
  expect(screen.getByRole('heading', { name: 'This page could not be loaded' })).toBeVisible();
  expect(screen.getByRole('button', { name: 'Reload' })).toBeVisible();
});

test('a fault of the app is called a fault of ours', () => {
  showCrash(new TypeError('undefined is not a function'));
  expect(screen.getByRole('heading', { name: 'Something went wrong on this page' })).toBeVisible();
  expect(screen.getByText(/a fault of ours/)).toBeVisible();
});
