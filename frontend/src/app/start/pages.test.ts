import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { newRouter } from '@/app/router';
import { newQueryClient } from '@/lib/query-client';
import { network } from '@/testing/network';
import { pageAt } from './pages';
import { prefetchedQueries } from './prefetched-queries';

/** They lead to another page. The search is part of the app itself. */
const WITHOUT_CODE = ['/', '/trip', '/manage'];

test('each address of the router has a page whose code can be loaded before the router', () => {
  const { routesByPath } = newRouter(newQueryClient());
  const paths = Object.keys(routesByPath).filter((path) => !WITHOUT_CODE.includes(path));
  expect(paths.length).toBeGreaterThan(20);
  expect(paths.filter((path) => pageAt(path.replace(/\$\w+/, 'an-id')) === null)).toEqual([]);
  expect(pageAt('/no/such/page')).toBeNull();
});

test.each(['/flights/an-id', '/bookings/an-id', '/itinerary'])(
  'what is prefetched for %s is what queries of the app read',
  async (pathname) => {
    const asked: string[] = [];
    network.use(
      http.get('*', ({ request }) => {
        const { pathname: path, search } = new URL(request.url);
        asked.push(path + search);
        return HttpResponse.json({});
      }),
    );
    const queries = prefetchedQueries(pathname);
    const client = newQueryClient();
    for (const { path, load } of queries) {
      await load(client);
      expect(asked).toEqual([path]);
      asked.length = 0;
    }
    const { open = [], own = [] } = pageAt(pathname)?.reads ?? {};
    const paths = queries.map(({ path }) => path);
    expect([...open, ...own].filter((path) => !paths.includes(path))).toEqual([]);
  },
);
