import type { PrefetchPaths } from '@/lib/http/prefetch';

/** The code of each page, loaded when it is first needed. All pages of the console are one bundle, which travellers do not load. */
export const pages = {
  checkout: () => import('@/app/routes/checkout'),
  bookings: () => import('@/app/routes/bookings'),
  booking: () => import('@/app/routes/booking'),
  findBooking: () => import('@/app/routes/find-booking'),
  ownAccount: () => import('@/app/routes/account/own-account'),
  messages: () => import('@/app/routes/account/messages'),
  signIn: () => import('@/app/routes/account/sign-in'),
  operations: () => import('@/app/routes/operations'),
};

export const ME = '/api/v1/auth/me';
export const CONFIGURATION = '/api/v1/configuration';

interface PageAtAddress {
  load: () => Promise<unknown>;
  reads: PrefetchPaths;
}

/** The page at an address. It does not use the router, which is loaded later. Null if there is no page, and for former addresses. */
export function pageAt(pathname: string): PageAtAddress | null {
  const [first = '', id = ''] = pathname.slice(1).split('/');
  switch (first) {
    case 'flights':
      return reading(pages.checkout, { open: [`/api/v1/flights/${id}`, CONFIGURATION] });
    case 'itinerary':
      return reading(pages.checkout, { open: [CONFIGURATION] });
    case 'bookings':
      return id ? reading(pages.booking, { own: [`/api/v1/jobs/${id}`] }) : reading(pages.bookings);
    case 'find-booking':
      return reading(pages.findBooking);
    case 'account':
      return reading(pages.ownAccount);
    case 'messages':
      return reading(pages.messages);
    case 'sign-in':
    case 'register':
      return reading(pages.signIn);
    case 'operations':
      return reading(pages.operations, { own: id ? [] : ['/admin/overview'] });
    default:
      return null;
  }
}

/** Adds the request for the account, whose name is on every page. */
function reading(
  load: PageAtAddress['load'],
  { open = [], own = [] }: Partial<PrefetchPaths> = {},
): PageAtAddress {
  return { load, reads: { open, own: [ME, ...own] } };
}
