import { act, screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { afterEach, expect, test, vi } from 'vitest';
import { openApp } from '@/testing/app';
import { asAdmin, noHistory, RUNNING } from '@/testing/imports';
import { network, problem } from '@/testing/network';
import { OVERVIEW } from '@/testing/overview';
import { FLIGHT } from '@/testing/samples';
import { POLL_MS } from './live-updates';

/** A machine that is busy with other tests needs more than the default second. */
const PATIENT = { timeout: 15_000 };
const IMPORT = '/operations/imports?import=an-import';

interface Opened {
  topics: string | null;
  lastId: string | null;
  token: string | null;
  isOpen: boolean;
  say: (text: string) => void;
  end: () => void;
}

/** `GET /api/v1/events` whose streams the test writes. Returns those that were opened. */
function eventStreams(): Opened[] {
  const opened: Opened[] = [];
  network.use(
    http.get('/api/v1/events', ({ request }) => {
      const encoder = new TextEncoder();
      const body = new ReadableStream<Uint8Array>({
        start(stream) {
          const one: Opened = {
            topics: new URL(request.url).searchParams.get('topics'),
            lastId: request.headers.get('Last-Event-ID'),
            token: request.headers.get('Authorization'),
            isOpen: true,
            say: (text) => stream.enqueue(encoder.encode(text)),
            end: () => stream.close(),
          };
          request.signal.addEventListener('abort', () => {
            one.isOpen = false;
          });
          opened.push(one);
          one.say('retry: 1000\n\n');
        },
      });
      return new HttpResponse(body, { headers: { 'Content-Type': 'text/event-stream' } });
    }),
  );
  return opened;
}

/** An import that has read `rows` of 1,000, and asks clients to come back after a minute. */
function importIs(rows: () => number): { calls: number } {
  const asked = { calls: 0 };
  network.use(
    asAdmin,
    noHistory,
    http.get('/admin/flights/bulk-upload/status/an-import', () => {
      asked.calls += 1;
      const progress = { processed: rows(), total: 1000, percent: rows() / 10 };
      return HttpResponse.json({ ...RUNNING, progress }, { headers: { 'Retry-After': '60' } });
    }),
  );
  return asked;
}

function progressed(id: number): string {
  return `id: p-${id}\nevent: import.progress\ndata: {"type":"import.progress"}\n\n`;
}

/** A response of the API: without `no-store`, the test's browser would keep it for the next test. */
function flightAnswer(version: number): Response {
  const headers = { ETag: `"${version}"`, 'Cache-Control': 'no-store' };
  return HttpResponse.json({ ...FLIGHT, version }, { headers });
}

function hide(isHidden: boolean): void {
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(isHidden);
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(isHidden ? 'hidden' : 'visible');
  act(() => {
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  });
}

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('an event shows at once how far an import is', async () => {
  const streams = eventStreams();
  let rows = 400;
  importIs(() => rows);
  openApp(IMPORT, { as: 'member' });
  expect(await screen.findByText('400 of 1,000 rows')).toBeVisible();
  await waitFor(() => expect(streams).toHaveLength(1));
  expect(streams[0]).toMatchObject({ topics: 'import:an-import', token: 'Bearer a-token', lastId: null });
  rows = 700;
  // A frame may come in pieces.
  streams[0]?.say(progressed(1).slice(0, 12));
  streams[0]?.say(progressed(1).slice(12));
  expect(await screen.findByText('700 of 1,000 rows')).toBeVisible();
});

test('a stream that ended goes on after the last event, and a gap reads everything again', async () => {
  const streams = eventStreams();
  let rows = 400;
  importIs(() => rows);
  openApp(IMPORT, { as: 'member' });
  await waitFor(() => expect(streams).toHaveLength(1));
  streams[0]?.say(progressed(7));
  streams[0]?.end();
  await waitFor(() => expect(streams).toHaveLength(2));
  expect(streams[1]?.lastId).toBe('p-7');
  rows = 800;
  streams[1]?.say('id: p-9\nevent: gap\ndata: {}\n\n');
  expect(await screen.findByText('800 of 1,000 rows')).toBeVisible();
});

test('a hundred events are a few loads', async () => {
  const streams = eventStreams();
  const asked = importIs(() => 400);
  openApp(IMPORT, { as: 'member' });
  await waitFor(() => expect(streams).toHaveLength(1));
  const before = asked.calls;
  for (let id = 1; id <= 100; id += 1) streams[0]?.say(progressed(id));
  await waitFor(() => expect(asked.calls).toBeGreaterThan(before));
  expect(asked.calls - before).toBeLessThan(10);
});

test('a page whose stream is refused polls', async () => {
  let seats = 120;
  let refusals = 0;
  network.use(
    asAdmin,
    http.get('/api/v1/events', () => {
      refusals += 1;
      return problem(404, 'topic_not_found', 'There is no such thing of yours.');
    }),
    http.get('/admin/flights/:id', () => flightAnswer(1)),
    http.get('/admin/bookings', () => HttpResponse.json({ data: [], next_cursor: null })),
    http.get('/admin/flights/:id/inventory', () =>
      HttpResponse.json({ total: 180, sold: 180 - seats, held: 0, free: seats, redis_free: seats, drift: 0 }),
    ),
  );
  openApp(`/operations/flights/${FLIGHT.id}`, { as: 'member' });
  expect(await screen.findByText('60')).toBeVisible();
  seats = 110;
  expect(await screen.findByText('70')).toBeVisible();
  expect(refusals).toBe(1);
});

test('a hidden tab closes its stream, and reads on when it is shown', async () => {
  const streams = eventStreams();
  let rows = 400;
  importIs(() => rows);
  openApp(IMPORT, { as: 'member' });
  await waitFor(() => expect(streams).toHaveLength(1));
  streams[0]?.say(progressed(3));
  hide(true);
  await waitFor(() => expect(streams[0]?.isOpen).toBe(false));
  expect(streams).toHaveLength(1);
  rows = 900;
  hide(false);
  await waitFor(() => expect(streams).toHaveLength(2));
  expect(await screen.findByText('900 of 1,000 rows')).toBeVisible();
});

test('the overview polls, but not while the tab is hidden', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  let calls = 0;
  network.use(
    asAdmin,
    http.get('/admin/sweep', () => HttpResponse.json({ data: [], worker: null })),
    http.get('/admin/overview', () => {
      calls += 1;
      return HttpResponse.json(OVERVIEW);
    }),
  );
  openApp('/operations', { as: 'member' });
  await vi.waitFor(() => expect(calls).toBe(1), PATIENT);
  expect(await screen.findByText(/^No worker answers/)).toBeVisible();
  const before = calls;
  hide(true);
  await vi.advanceTimersByTimeAsync(POLL_MS * 5);
  // Requests before this response are counted already.
  await fetch('/api/v1/auth/me');
  expect(calls).toBe(before);
  hide(false);
  await vi.waitFor(() => expect(calls).toBe(before + 1), PATIENT);
  await vi.advanceTimersByTimeAsync(POLL_MS);
  await vi.waitFor(() => expect(calls).toBeGreaterThan(before + 1), PATIENT);
});

test('what happens to a flight while its form is open is not overwritten by the form', async () => {
  const streams = eventStreams();
  let version = 1;
  let sent: string | null = null;
  network.use(
    asAdmin,
    http.get('/admin/flights/:id', () => flightAnswer(version)),
    http.get('/admin/bookings', () => HttpResponse.json({ data: [], next_cursor: null })),
    http.get('/admin/flights/:id/inventory', () =>
      HttpResponse.json({ total: 180, sold: 60, held: 0, free: 120, redis_free: 120, drift: 0 }),
    ),
    http.put('/admin/flights/:id', ({ request }) => {
      sent = request.headers.get('If-Match');
      return problem(412, 'stale_version', 'Somebody changed the flight.');
    }),
  );
  const { user } = openApp(`/operations/flights/${FLIGHT.id}`, { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Change' }));
  await waitFor(() => expect(streams).toHaveLength(1));
  version = 2;
  streams[0]?.say('id: p-1\nevent: flight.changed\ndata: {}\n\n');
  expect(await screen.findByText('2', { selector: 'dd' })).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(sent).toBe('"1"'));
});
