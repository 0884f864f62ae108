import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { expect, test, vi } from 'vitest';
import { newQueryClient } from '@/lib/query-client';
import { network } from '@/testing/network';
import { lazyPage } from './lazy-page';
import { Providers } from './providers';
import { loadNewerRelease } from './release';

function show(page: ReturnType<typeof lazyPage>) {
  const Shown = page;
  render(
    <Providers queries={newQueryClient()} env="test">
      <Shown />
    </Providers>,
  );
}

test('a page that cannot be loaded waits, and shows itself once it can', async () => {
  network.use(http.get('/', () => HttpResponse.error()));
  let connected = false;
  const load = vi.fn(async () => {
    if (!connected) throw new TypeError('Failed to fetch dynamically imported module');
    return () => <h1>My trips</h1>;
  });
  const page = lazyPage(load);
  await page.preload();
  show(page);
  expect(await screen.findByRole('heading', { name: 'Waiting for the connection' })).toBeVisible();
  connected = true;
  window.dispatchEvent(new Event('online'));
  expect(await screen.findByRole('heading', { name: 'My trips' })).toBeVisible();
});

test('a button tries to load the page at once', async () => {
  network.use(http.get('/', () => HttpResponse.error()));
  let tries = 0;
  show(
    lazyPage(async () => {
      tries += 1;
      if (tries === 1) throw new TypeError('Failed to fetch dynamically imported module');
      return () => <h1>My trips</h1>;
    }),
  );
  await userEvent.click(await screen.findByRole('button', { name: 'Try now' }));
  expect(await screen.findByRole('heading', { name: 'My trips' })).toBeVisible();
});

test('a newer release is loaded once, and not again and again when it is broken', async () => {
  network.use(http.get('/', () => HttpResponse.html('<html></html>')));
  const reload = vi.fn();
  await loadNewerRelease(reload);
  await loadNewerRelease(reload);
  expect(reload).toHaveBeenCalledTimes(1);
});

test('without a server nothing is loaded again', async () => {
  network.use(http.get('/', () => HttpResponse.error()));
  const reload = vi.fn();
  await loadNewerRelease(reload);
  expect(reload).not.toHaveBeenCalled();
});
