import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  type ParsedLocation,
  type RouterHistory,
  redirect,
} from '@tanstack/react-router';
import { currentSession, freshSession } from '@/lib/session';
import { lazyPage } from './lazy-page';
import { Crash } from './routes/crash';
import { HomePage } from './routes/home';
import { NotFound } from './routes/not-found';
import { itineraryParams, nextParam, searchParams, seatsParam, textParam } from './search-params';
import { Shell } from './shell';

interface Context {
  queries: QueryClient;
}

const root = createRootRouteWithContext<Context>()({ component: Shell });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: searchParams,
  component: HomePage,
});

const flight = createRoute({
  getParentRoute: () => root,
  path: '/flights/$flightId',
  validateSearch: seatsParam,
  component: lazyPage(() => import('./routes/checkout').then((page) => page.FlightPage)),
});

const itinerary = createRoute({
  getParentRoute: () => root,
  path: '/itinerary',
  validateSearch: itineraryParams,
  component: lazyPage(() => import('./routes/checkout').then((page) => page.ItineraryPage)),
});

/** The former address of `/itinerary`, which people may have kept. */
const formerItinerary = createRoute({
  getParentRoute: () => root,
  path: '/trip',
  validateSearch: itineraryParams,
  beforeLoad: ({ search }) => {
    throw redirect({ to: '/itinerary', search, replace: true });
  },
});

const bookings = createRoute({
  getParentRoute: () => root,
  path: '/bookings',
  beforeLoad: requireSession,
  component: lazyPage(() => import('./routes/bookings').then((page) => page.BookingsPage)),
});

/** For whoever has a reference and no account. */
const findBooking = createRoute({
  getParentRoute: () => root,
  path: '/find-booking',
  component: lazyPage(() => import('./routes/find-booking').then((page) => page.FindBookingPage)),
});

const booking = createRoute({
  getParentRoute: () => root,
  path: '/bookings/$bookingId',
  beforeLoad: requireSession,
  component: lazyPage(() => import('./routes/booking').then((page) => page.BookingPage)),
});

const account = createRoute({
  getParentRoute: () => root,
  path: '/account',
  beforeLoad: requireSession,
  component: lazyPage(() => import('./routes/account/own-account').then((page) => page.OwnAccountPage)),
});

const messages = createRoute({
  getParentRoute: () => root,
  path: '/messages',
  beforeLoad: requireSession,
  component: lazyPage(() => import('./routes/account/messages').then((page) => page.MessagesPage)),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: nextParam,
  beforeLoad: requireNoSession,
  component: lazyPage(() => import('./routes/account/sign-in').then((page) => page.SignInPage)),
});

const register = createRoute({
  getParentRoute: () => root,
  path: '/register',
  validateSearch: nextParam,
  beforeLoad: requireNoSession,
  component: lazyPage(() => import('./routes/account/sign-in').then((page) => page.RegisterPage)),
});

const manage = createRoute({
  getParentRoute: () => root,
  path: '/manage',
  beforeLoad: requireSession,
  validateSearch: (given: Record<string, unknown>): { import?: string } => textParam('import', given.import),
  component: lazyPage(() => import('./routes/manage').then((page) => page.ManagePage)),
});

const operations = createRoute({
  getParentRoute: () => root,
  path: '/operations',
  beforeLoad: requireSession,
  component: lazyPage(() => import('./routes/operations').then((page) => page.OverviewPage)),
});

const operationsQueues = createRoute({
  getParentRoute: () => root,
  path: '/operations/queues',
  beforeLoad: requireSession,
  component: lazyPage(() => import('./routes/operations').then((page) => page.QueuesPage)),
});

const operationsDeadLetters = createRoute({
  getParentRoute: () => root,
  path: '/operations/dead-letters',
  beforeLoad: requireSession,
  component: lazyPage(() => import('./routes/operations').then((page) => page.DeadLettersPage)),
});

const operationsBookings = createRoute({
  getParentRoute: () => root,
  path: '/operations/bookings',
  beforeLoad: requireSession,
  component: lazyPage(() => import('./routes/operations').then((page) => page.BookingsPage)),
});

const operationsAudit = createRoute({
  getParentRoute: () => root,
  path: '/operations/audit',
  beforeLoad: requireSession,
  component: lazyPage(() => import('./routes/operations').then((page) => page.AuditLogPage)),
});

const operationsIntegrations = createRoute({
  getParentRoute: () => root,
  path: '/operations/integrations',
  beforeLoad: requireSession,
  component: lazyPage(() => import('./routes/operations').then((page) => page.IntegrationsPage)),
});

const operationsHealth = createRoute({
  getParentRoute: () => root,
  path: '/operations/health',
  beforeLoad: requireSession,
  component: lazyPage(() => import('./routes/operations').then((page) => page.HealthPage)),
});

const routes = root.addChildren([
  home,
  flight,
  itinerary,
  formerItinerary,
  bookings,
  booking,
  findBooking,
  account,
  messages,
  signIn,
  register,
  manage,
  operations,
  operationsQueues,
  operationsDeadLetters,
  operationsBookings,
  operationsAudit,
  operationsIntegrations,
  operationsHealth,
]);

/** `history` is the browser's, unless a test gives its own. */
export function newRouter(queries: QueryClient, history?: RouterHistory) {
  return createRouter({
    routeTree: routes,
    context: { queries },
    // Without this, a component would also see the parameters that validateSearch left out.
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

/** Sends a visitor to the sign-in page, which leads back. While the session is not known the page opens: its first call finds out. */
function requireSession({ location }: { location: ParsedLocation }): void {
  if (currentSession().state === 'signed-out')
    throw redirect({ to: '/sign-in', search: { next: location.href } });
}

/** Whoever is signed in is sent on, also when going back to the sign-in page. */
async function requireNoSession({ search }: { search: { next?: string } }): Promise<void> {
  // When the server does not answer, the page opens, and its form says what is wrong.
  const { state } = await freshSession().catch(currentSession);
  if (state === 'signed-in') throw redirect({ href: search.next ?? '/', replace: true });
}
