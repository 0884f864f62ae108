import type { QueryClient } from '@tanstack/react-query';
import { accountQueries } from '@/features/accounts/api';
import { bookingQuery } from '@/features/bookings/api/get-booking';
import { configurationQuery } from '@/features/bookings/api/get-configuration';
import { flightQueries } from '@/features/flights/queries';
import { isPrefetched } from '@/lib/http/prefetch';
import { CONFIGURATION, ME } from './pages';

interface PrefetchedQuery {
  /** The path that the query reads. */
  path: string;
  load: (queries: QueryClient) => Promise<void>;
}

/** The queries whose data `pageAt` prefetches for this address. */
export function prefetchedQueries(pathname: string): PrefetchedQuery[] {
  const [first = '', id = ''] = pathname.slice(1).split('/');
  const found: PrefetchedQuery[] = [
    { path: ME, load: (queries) => queries.prefetchQuery(accountQueries.me()) },
    { path: CONFIGURATION, load: (queries) => queries.prefetchQuery(configurationQuery) },
  ];
  if (first === 'flights') {
    const query = flightQueries.detail(id);
    found.push({ path: `/api/v1/flights/${id}`, load: (queries) => queries.prefetchQuery(query) });
  }
  if (first === 'bookings') {
    const query = bookingQuery(id);
    found.push({ path: `/api/v1/jobs/${id}`, load: (queries) => queries.prefetchQuery(query) });
  }
  return found;
}

/** Puts the responses that have arrived already into the query cache, so that the page is rendered with them from the beginning. */
export async function fillQueries(queries: QueryClient, pathname: string): Promise<void> {
  const here = prefetchedQueries(pathname).filter(({ path }) => isPrefetched(path));
  await Promise.all(here.map(({ load }) => load(queries)));
}
