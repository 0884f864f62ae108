import { render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { Providers } from '@/app/providers';
import { newQueryClient } from '@/lib/query-client';
import { Crash } from './crash';

test('a fault of the app is called a fault of ours', () => {
  render(
    <Providers queries={newQueryClient()} env="test">
      <Crash />
    </Providers>,
  );
  expect(screen.getByRole('heading', { name: 'Something went wrong on this page' })).toBeVisible();
  expect(screen.getByText(/a fault of ours/)).toBeVisible();
  expect(screen.getByRole('button', { name: 'Reload' })).toBeVisible();
});
