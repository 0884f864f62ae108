import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, type ParsedLocation, redirect } from '@tanstack/react-router';
import { Shell } from '@/app/shell/shell';
import { currentSession } from '@/lib/session';

interface Context {
  queries: QueryClient;
}

/** The parent of all other routes. */
export const root = createRootRouteWithContext<Context>()({ component: Shell });

/** Redirects visitors without a session to the sign-in page, which leads back. While the state of the session is unknown, the page opens, and its first request finds out. */
export function requireSession({ location }: { location: ParsedLocation }): void {
  if (currentSession().state === 'signed-out')
    throw redirect({ to: '/sign-in', search: { next: location.href } });
}
