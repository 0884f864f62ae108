import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';
import { network, problem } from '@/testing/network';
import { isPrefetched, prefetch, SIGN_IN_KEY, takePrefetched, takePrefetchedRefresh } from './prefetch';

const MINE = '/api/v1/jobs/an-id';
const reads = { open: ['/api/v1/configuration'], own: [MINE] };
const request = (path: string, headers: HeadersInit = {}) =>
  new Request(new URL(path, window.location.href), { headers });

let tokens: (string | null)[] = [];

beforeEach(() => {
  tokens = [];
  network.use(
    http.post('/api/v1/auth/refresh', () => HttpResponse.json({ access_token: 'a-token', expires_in: 900 })),
    http.get(MINE, ({ request: { headers } }) => {
      tokens.push(headers.get('Authorization'));
      return HttpResponse.json({ done: true });
    }),
  );
});

test('a read is sent with the token of the prefetched refresh, and both answers are given once', async () => {
  localStorage.setItem(SIGN_IN_KEY, '1');
  prefetch(reads);
  const read = await takePrefetched(request(MINE), '1');
  expect(await read?.response.json()).toEqual({ done: true });
  expect(tokens).toEqual(['Bearer a-token']);
  expect(await takePrefetched(request(MINE), '1')).toBeNull();
  const refresh = await takePrefetchedRefresh('1');
  expect(await refresh?.response.json()).toEqual({ access_token: 'a-token', expires_in: 900 });
  expect(await takePrefetchedRefresh('1')).toBeNull();
});

test('for a visitor no session is requested, and only public data are read', async () => {
  prefetch(reads);
  expect((await takePrefetched(request('/api/v1/configuration'), null))?.response.status).toBe(200);
  expect(await takePrefetched(request(MINE), null)).toBeNull();
  expect(await takePrefetchedRefresh(null)).toBeNull();
  expect(tokens).toEqual([]);
});

test('a response for one account is not returned to another', async () => {
  localStorage.setItem(SIGN_IN_KEY, '1');
  prefetch(reads);
  expect(await takePrefetched(request(MINE), '2')).toBeNull();
  localStorage.setItem(SIGN_IN_KEY, '2');
  expect(await takePrefetchedRefresh('1')).toBeNull();
});

test('a failure, a request for something else, and an old answer are left to the app', async () => {
  localStorage.setItem(SIGN_IN_KEY, '1');
  network.use(http.get(MINE, () => problem(404, 'booking_not_found', 'There is none.')));
  prefetch(reads);
  expect(await takePrefetched(request(MINE, { Prefer: 'wait=20' }), '1')).toBeNull();
  expect(await takePrefetched(request('/api/v1/jobs/another-id'), '1')).toBeNull();
  expect(await takePrefetched(request(MINE), '1')).toBeNull();
  await vi.waitFor(() => expect(isPrefetched('/api/v1/configuration')).toBe(true));
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_000);
  expect(await takePrefetched(request('/api/v1/configuration'), '1')).toBeNull();
});

test('without a token only the app itself finds out why', async () => {
  localStorage.setItem(SIGN_IN_KEY, '1');
  network.use(http.post('/api/v1/auth/refresh', () => problem(401, 'unauthenticated', 'It has ended.')));
  prefetch(reads);
  expect(await takePrefetched(request(MINE), '1')).toBeNull();
  expect((await takePrefetchedRefresh('1'))?.response.status).toBe(401);
  expect(tokens).toEqual([]);
});
