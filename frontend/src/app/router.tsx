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
import { isDay } from '@/lib/time';
import { Crash } from './routes/crash';
import { Home } from './routes/home';
import { NotFound } from './routes/not-found';
import { Shell } from './shell';

interface Context {
  queries: QueryClient;
}

const root = createRootRouteWithContext<Context>()({ component: Shell });

export interface HomeSearch {
  from?: string;
  to?: string;
  date?: string;
  sort?: 'price' | 'fastest';
  seats?: number;
}

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: (given: Record<string, unknown>): HomeSearch => ({
    ...text('from', given.from),
    ...text('to', given.to),
    ...(typeof given.date === 'string' && isDay(given.date) && { date: given.date }),
    ...((given.sort === 'price' || given.sort === 'fastest') && { sort: given.sort }),
    ...party(given.seats),
  }),
  component: Home,
});

const flight = createRoute({
  getParentRoute: () => root,
  path: '/flights/$flightId',
  validateSearch: (given: Record<string, unknown>): { seats?: number } => party(given.seats),
  component: lazyRouteComponent(() => import('./routes/flight'), 'FlightPage'),
});

const trip = createRoute({
  getParentRoute: () => root,
  path: '/trip',
  validateSearch: (given: Record<string, unknown>): { flights?: string; seats?: number } => ({
    ...text('flights', given.flights),
    ...party(given.seats),
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
  validateSearch: next,
  beforeLoad: requireNobody,
  component: lazyRouteComponent(() => import('./routes/enter'), 'SignInPage'),
});

const register = createRoute({
  getParentRoute: () => root,
  path: '/register',
  validateSearch: next,
  beforeLoad: requireNobody,
  component: lazyRouteComponent(() => import('./routes/enter'), 'RegisterPage'),
});

const manage = createRoute({
  getParentRoute: () => root,
  path: '/manage',
  beforeLoad: requireSession,
  validateSearch: (given: Record<string, unknown>): { import?: string } => text('import', given.import),
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

function text<Name extends string>(name: Name, value: unknown): { [key in Name]?: string } {
  return typeof value === 'string' && value ? ({ [name]: value } as { [key in Name]?: string }) : {};
}

function party(value: unknown): { seats?: number } {
  const seats = Number(value);
  return Number.isInteger(seats) && seats >= 1 && seats <= 9 ? { seats } : {};
}

/** Where to go after signing in: a path of this app and nothing else. */
function next(given: Record<string, unknown>): { next?: string } {
  const path = given.next;
  return typeof path === 'string' && /^\/(?![/\\])/.test(path) ? { next: path } : {};
}
