import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type ParsedLocation,
  type RouterHistory,
  redirect,
} from '@tanstack/react-router';
import { currentSession, settledSession } from '@/lib/session';
import { Crash } from './routes/crash';
import { Home } from './routes/home';
import { NotFound } from './routes/not-found';
import { nextParam, searchParams, seatsParam, textParam } from './search-params';
import { Shell } from './shell';

interface Context {
  queries: QueryClient;
}

const root = createRootRouteWithContext<Context>()({ component: Shell });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: searchParams,
  component: Home,
});

const flight = createRoute({
  getParentRoute: () => root,
  path: '/flights/$flightId',
  validateSearch: seatsParam,
  component: lazyRouteComponent(() => import('./routes/flight'), 'FlightPage'),
});

const trip = createRoute({
  getParentRoute: () => root,
  path: '/trip',
  validateSearch: (given: Record<string, unknown>): { flights?: string; seats?: number } => ({
    ...textParam('flights', given.flights),
    ...seatsParam(given),
  }),
  component: lazyRouteComponent(() => import('./routes/trip'), 'TripPage'),
});

const bookings = createRoute({
  getParentRoute: () => root,
  path: '/bookings',
  beforeLoad: requireSession,
  component: lazyRouteComponent(() => import('./routes/bookings'), 'BookingsPage'),
});

const booking = createRoute({
  getParentRoute: () => root,
  path: '/bookings/$bookingId',
  beforeLoad: requireSession,
  component: lazyRouteComponent(() => import('./routes/booking'), 'BookingPage'),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: nextParam,
  beforeLoad: requireNobody,
  component: lazyRouteComponent(() => import('./routes/enter'), 'SignInPage'),
});

const register = createRoute({
  getParentRoute: () => root,
  path: '/register',
  validateSearch: nextParam,
  beforeLoad: requireNobody,
  component: lazyRouteComponent(() => import('./routes/enter'), 'RegisterPage'),
});

const manage = createRoute({
  getParentRoute: () => root,
  path: '/manage',
  beforeLoad: requireSession,
  validateSearch: (given: Record<string, unknown>): { import?: string } => textParam('import', given.import),
  component: lazyRouteComponent(() => import('./routes/manage'), 'ManagePage'),
});

const tree = root.addChildren([home, flight, trip, bookings, booking, signIn, register, manage]);

/** `history` is the browser's unless a test brings one. */
export function newRouter(queries: QueryClient, history?: RouterHistory) {
  return createRouter({
    routeTree: tree,
    context: { queries },
    // What a route's validateSearch leaves out is out: otherwise the raw address would show through.
    search: { strict: true },
    defaultPreload: 'intent',
    defaultErrorComponent: Crash,
    defaultNotFoundComponent: () => <NotFound />,
    scrollRestoration: true,
    ...(history && { history }),
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof newRouter>;
  }
}

/** Sends strangers to the door, and later back. A session that is not known yet passes: its first call finds out. */
function requireSession({ location }: { location: ParsedLocation }): void {
  if (currentSession().state === 'signed-out')
    throw redirect({ to: '/sign-in', search: { next: location.href } });
}

/** Who is inside already has nothing to do at the door, also when coming back to it. */
async function requireNobody({ search }: { search: { next?: string } }): Promise<void> {
  // A server that does not answer leaves the door open: its form says what is the matter.
  const { state } = await settledSession().catch(currentSession);
  if (state === 'signed-in') throw redirect({ href: search.next ?? '/', replace: true });
}
