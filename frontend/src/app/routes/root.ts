import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, type ParsedLocation, redirect } from '@tanstack/react-router';
import { Shell } from '@/app/shell/shell';
import { currentSession } from '@/lib/session';

interface Context {
  queries: QueryClient;
}

/** The route above all others. */
export const root = createRootRouteWithContext<Context>()({ component: Shell });

/** Sends a visitor to the sign-in page, which leads back. While the session is not known the page opens: its first call finds out. */
export function requireSession({ location }: { location: ParsedLocation }): void {
  if (currentSession().state === 'signed-out')
    throw redirect({ to: '/sign-in', search: { next: location.href } });
}
