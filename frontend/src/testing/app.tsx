import { createMemoryHistory, RouterProvider } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Providers } from '@/app/providers';
import { newRouter } from '@/app/router';
import { newQueryClient } from '@/lib/query-client';
import { startSession } from '@/lib/session';

/** Opens the real app at `path`, as a visitor or signed in. Returns a user who types and clicks, and the address. */
export function openApp(path: string, { as }: { as?: 'visitor' | 'member' } = {}) {
  if (as === 'member') startSession({ access_token: 'a-token', expires_in: 900 });
  const queries = newQueryClient();
  const router = newRouter(queries, createMemoryHistory({ initialEntries: [path] }));
  render(
    <Providers queries={queries} env="test">
      <RouterProvider router={router} />
    </Providers>,
  );
  return {
    user: userEvent.setup(),
    where: () => router.state.location.href,
    back: () => router.history.back(),
  };
}
