import type { QueryClient } from '@tanstack/react-query';
import { createRoute, createRouter, type RouterHistory, redirect } from '@tanstack/react-router';
import { currentSession, freshSession } from '@/lib/session';
import { consoleRoutes } from './console/routes';
import { lazyPage } from './lazy-page';
import { Crash } from './routes/crash';
import { HomePage } from './routes/home';
import { NotFound } from './routes/not-found';
import { requireSession, root } from './routes/root';
import { itineraryParams, nextParam, searchParams, seatsParam, textParam } from './search-params';
import { pages } from './start/pages';

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
  component: lazyPage(() => pages.checkout().then((page) => page.FlightPage)),
});

const itinerary = createRoute({
  getParentRoute: () => root,
  path: '/itinerary',
  validateSearch: itineraryParams,
  component: lazyPage(() => pages.checkout().then((page) => page.ItineraryPage)),
});

/** The former address of `/itinerary`, which may be in bookmarks. */
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
  component: lazyPage(() => pages.bookings().then((page) => page.BookingsPage)),
});

/** For travellers with a booking reference and without an account. */
const findBooking = createRoute({
  getParentRoute: () => root,
  path: '/find-booking',
  component: lazyPage(() => pages.findBooking().then((page) => page.FindBookingPage)),
});

const booking = createRoute({
  getParentRoute: () => root,
  path: '/bookings/$bookingId',
  beforeLoad: requireSession,
  component: lazyPage(() => pages.booking().then((page) => page.BookingPage)),
});

const account = createRoute({
  getParentRoute: () => root,
  path: '/account',
  beforeLoad: requireSession,
  component: lazyPage(() => pages.ownAccount().then((page) => page.OwnAccountPage)),
});

const messages = createRoute({
  getParentRoute: () => root,
  path: '/messages',
  beforeLoad: requireSession,
  component: lazyPage(() => pages.messages().then((page) => page.MessagesPage)),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: nextParam,
  beforeLoad: requireNoSession,
  component: lazyPage(() => pages.signIn().then((page) => page.SignInPage)),
});

const register = createRoute({
  getParentRoute: () => root,
  path: '/register',
  validateSearch: nextParam,
  beforeLoad: requireNoSession,
  component: lazyPage(() => pages.signIn().then((page) => page.RegisterPage)),
});

/** The former address of the imports, which may be in bookmarks. */
const manage = createRoute({
  getParentRoute: () => root,
  path: '/manage',
  validateSearch: (raw: Record<string, unknown>): { import?: string } => textParam('import', raw.import),
  beforeLoad: ({ search }) => {
    throw redirect({ to: '/operations/imports', search, replace: true });
  },
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
  ...consoleRoutes,
]);

/** `history`: by default that of the browser; tests pass another one. */
export function newRouter(queries: QueryClient, history?: RouterHistory) {
  return createRouter({
    routeTree: routes,
    context: { queries },
    // Without this, components would also get the parameters that `validateSearch` left out.
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

/** Redirects users who are signed in, also when they go back to the sign-in page. */
async function requireNoSession({ search }: { search: { next?: string } }): Promise<void> {
  // If the server does not answer, the page opens, and its form shows the error.
  const { state } = await freshSession().catch(currentSession);
  if (state === 'signed-in') throw redirect({ href: search.next ?? '/', replace: true });
}
