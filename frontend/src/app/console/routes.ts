import { createRoute } from '@tanstack/react-router';
import { lazyPage } from '@/app/lazy-page';
import { requireSession, root } from '@/app/routes/root';
import { pages } from '@/app/start/pages';
import { bookingListParams, flightListParams, importParam } from './params';

const overview = createRoute({
  getParentRoute: () => root,
  path: '/operations',
  beforeLoad: requireSession,
  component: lazyPage(() => pages.operations().then((page) => page.OverviewPage)),
});

const queues = createRoute({
  getParentRoute: () => root,
  path: '/operations/queues',
  beforeLoad: requireSession,
  component: lazyPage(() => pages.operations().then((page) => page.QueuesPage)),
});

const deadLetters = createRoute({
  getParentRoute: () => root,
  path: '/operations/dead-letters',
  beforeLoad: requireSession,
  component: lazyPage(() => pages.operations().then((page) => page.DeadLettersPage)),
});

const flights = createRoute({
  getParentRoute: () => root,
  path: '/operations/flights',
  beforeLoad: requireSession,
  validateSearch: flightListParams,
  component: lazyPage(() => pages.operations().then((page) => page.FlightsPage)),
});

const flight = createRoute({
  getParentRoute: () => root,
  path: '/operations/flights/$flightId',
  beforeLoad: requireSession,
  component: lazyPage(() => pages.operations().then((page) => page.FlightPage)),
});

const bookings = createRoute({
  getParentRoute: () => root,
  path: '/operations/bookings',
  beforeLoad: requireSession,
  validateSearch: bookingListParams,
  component: lazyPage(() => pages.operations().then((page) => page.BookingsPage)),
});

const booking = createRoute({
  getParentRoute: () => root,
  path: '/operations/bookings/$bookingId',
  beforeLoad: requireSession,
  component: lazyPage(() => pages.operations().then((page) => page.BookingPage)),
});

const imports = createRoute({
  getParentRoute: () => root,
  path: '/operations/imports',
  beforeLoad: requireSession,
  validateSearch: importParam,
  component: lazyPage(() => pages.operations().then((page) => page.ImportsPage)),
});

const payments = createRoute({
  getParentRoute: () => root,
  path: '/operations/payments',
  beforeLoad: requireSession,
  component: lazyPage(() => pages.operations().then((page) => page.PaymentsPage)),
});

const users = createRoute({
  getParentRoute: () => root,
  path: '/operations/users',
  beforeLoad: requireSession,
  component: lazyPage(() => pages.operations().then((page) => page.UsersPage)),
});

const audit = createRoute({
  getParentRoute: () => root,
  path: '/operations/audit',
  beforeLoad: requireSession,
  component: lazyPage(() => pages.operations().then((page) => page.AuditLogPage)),
});

const integrations = createRoute({
  getParentRoute: () => root,
  path: '/operations/integrations',
  beforeLoad: requireSession,
  component: lazyPage(() => pages.operations().then((page) => page.IntegrationsPage)),
});

const health = createRoute({
  getParentRoute: () => root,
  path: '/operations/health',
  beforeLoad: requireSession,
  component: lazyPage(() => pages.operations().then((page) => page.HealthPage)),
});

export const consoleRoutes = [
  overview,
  queues,
  deadLetters,
  flights,
  flight,
  bookings,
  booking,
  imports,
  payments,
  users,
  audit,
  integrations,
  health,
] as const;
