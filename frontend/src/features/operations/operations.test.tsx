import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { openApp } from '@/testing/app';
import { network, problem } from '@/testing/network';
import { OVERVIEW } from '@/testing/overview';
import { ADMIN, TRAVELLER } from '@/testing/samples';
import type { DeadLetter, Queue } from './api-types';

const asAdmin = http.get('/api/v1/auth/me', () => HttpResponse.json(ADMIN));

const LETTER: DeadLetter = {
  id: 'a-letter',
  queue: 'bookings',
  kind: 'booking',
  status: 'open',
  subject_id: 'a-booking',
  error: 'failed 5 times',
  payload: null,
  payload_bytes: null,
  created_at: '2026-11-23T10:00:00Z',
  replayed_at: null,
  discarded_at: null,
};

const BOOKINGS: Queue = {
  name: 'bookings',
  waiting: 3,
  taken: 1,
  oldest_seconds: 2.5,
  paused_at: null,
  paused_by: null,
  workers: 1,
  messages_per_second: { last_5s: 0, last_1min: 0, last_15min: 0 },
  items_per_second: { last_5s: 0, last_1min: 0, last_15min: 0 },
};

const PASS = {
  id: 'a-pass',
  began_at: '2026-11-23T10:00:00Z',
  ended_at: '2026-11-23T10:00:00Z',
  passes: 1,
  longest_ms: 12,
  found: { late_bookings: 3 },
  repaired: { late_bookings: 2 },
  failed: ['overdue_holds'],
  without_redis: false,
  host: 'vm',
  pid: 12,
};

test('the overview names the present trouble, and a dash stands for what is not known', async () => {
  network.use(
    asAdmin,
    http.get('/admin/overview', () => HttpResponse.json(OVERVIEW)),
    http.get('/admin/sweep', () => HttpResponse.json({ data: [PASS], worker: null })),
  );
  openApp('/operations', { as: 'member' });
  expect(await screen.findByText(/^No worker answers/)).toBeVisible();
  const tile = (name: string) => screen.getByText(name).parentElement as HTMLElement;
  expect(within(tile('Oldest waits')).getByText('14 s')).toBeVisible();
  expect(within(tile('Seats today (UTC)')).getByText('412')).toBeVisible();
  expect(within(tile('Flights that drift')).getByText('–')).toBeVisible();
  expect(within(tile('Open dead letters')).getByText('2')).toBeVisible();
  expect(screen.getByRole('link', { name: 'Overview' })).toHaveAttribute('aria-current', 'page');
  const repairs = await screen.findByRole('region', { name: 'Repairs' });
  expect(within(repairs).getByText('3 late bookings, repaired 2')).toBeVisible();
  expect(within(repairs).getByText('not looked at: overdue holds')).toBeVisible();
  expect(screen.getByText('No worker sweeps now: nothing is repaired.')).toBeVisible();
});

test('a traveller sees none of it', async () => {
  network.use(http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER)));
  openApp('/operations', { as: 'member' });
  expect(await screen.findByRole('heading', { name: 'For administrators and agents' })).toBeVisible();
  expect(screen.queryByRole('link', { name: 'Operations' })).not.toBeInTheDocument();
});

test('an agent sees every page and has nothing to change it with', async () => {
  network.use(
    http.get('/api/v1/auth/me', () => HttpResponse.json({ ...ADMIN, role: 'agent' })),
    http.get('/admin/overview', () => HttpResponse.json(OVERVIEW)),
    http.get('/admin/sweep', () => HttpResponse.json({ data: [], worker: null })),
    http.get('/admin/queues', () => HttpResponse.json({ data: [BOOKINGS] })),
    http.get('/admin/workers', () => HttpResponse.json({ data: [] })),
    http.get('/admin/dead-letters', () => HttpResponse.json({ data: [LETTER], next_cursor: null })),
    http.get('/admin/audit/inventory', () =>
      HttpResponse.json({ flights: 2, drift: [{ flight_id: 'a-flight', seats: 3 }] }),
    ),
  );
  const { user } = openApp('/bookings', { as: 'member' });
  await user.click(await screen.findByRole('link', { name: 'Operations' }));
  expect(await screen.findByText(/^No worker answers/)).toBeVisible();
  await user.click(screen.getByRole('link', { name: 'Queues' }));
  expect(await screen.findByRole('cell', { name: 'open' })).toBeVisible();
  expect(screen.getByRole('button', { name: /Pause/ })).toBeDisabled();
  await user.click(screen.getByRole('link', { name: 'Dead letters' }));
  expect(await screen.findByText('failed 5 times')).toBeVisible();
  for (const button of screen.getAllByRole('button', { name: /Replay|Discard/ })) {
    expect(button).toBeDisabled();
    expect(button).toHaveAccessibleDescription(
      'Your role is agent: you can see everything here, but only administrators can change it.',
    );
  }
  await user.click(screen.getByRole('link', { name: 'Health' }));
  await user.click(await screen.findByRole('button', { name: 'Compare now' }));
  expect(await screen.findByText('a-flight')).toBeVisible();
  expect(screen.getByRole('button', { name: /anew/ })).toBeDisabled();
});

test('a queue is paused and resumed', async () => {
  let pausedAt: string | null = null;
  const queue = () => ({ ...BOOKINGS, paused_at: pausedAt, paused_by: pausedAt && 'ann' });
  network.use(
    asAdmin,
    http.get('/admin/queues', () => HttpResponse.json({ data: [queue()] })),
    http.get('/admin/workers', () => HttpResponse.json({ data: [] })),
    http.post('/admin/queues/bookings/pause', () => {
      pausedAt = '2026-11-23T10:00:00Z';
      return HttpResponse.json(queue());
    }),
    http.post('/admin/queues/bookings/resume', () => {
      pausedAt = null;
      return HttpResponse.json(queue());
    }),
  );
  const { user } = openApp('/operations/queues', { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Pause bookings' }));
  expect(await screen.findByText(/^paused .* by ann$/)).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Resume bookings' }));
  expect(await screen.findByRole('cell', { name: 'open' })).toBeVisible();
});

test('all that match are counted before they are replayed, and exactly those are', async () => {
  const asked: unknown[] = [];
  network.use(
    asAdmin,
    http.get('/admin/dead-letters', ({ request }) => {
      const kind = new URL(request.url).searchParams.get('kind');
      return HttpResponse.json({ data: kind === 'refund' ? [] : [LETTER], next_cursor: null });
    }),
    http.post('/admin/dead-letters/replay', async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json({ count: 1200, more: false, up_to: 'the-newest' });
    }),
  );
  const { user } = openApp('/operations/dead-letters', { as: 'member' });
  expect(await screen.findByText('failed 5 times')).toBeVisible();
  await user.selectOptions(screen.getByLabelText('Kind'), 'booking');
  await user.click(await screen.findByRole('button', { name: 'Replay all…' }));
  await user.click(await screen.findByRole('button', { name: 'Replay 1,200' }));
  expect(await screen.findByText('1,200 replayed.')).toBeVisible();
  expect(asked).toEqual([
    { preview: true, filter: { status: 'open', kind: 'booking' } },
    { preview: false, filter: { status: 'open', kind: 'booking', up_to: 'the-newest' } },
  ]);
  await user.selectOptions(screen.getByLabelText('Kind'), 'refund');
  expect(await screen.findByText('No dead letter is open and matches.')).toBeVisible();
});

test('what has moved on says so', async () => {
  network.use(
    asAdmin,
    http.get('/admin/dead-letters', () => HttpResponse.json({ data: [LETTER], next_cursor: null })),
    http.post('/admin/dead-letters/a-letter/replay', () =>
      problem(409, 'not_replayable', 'What was given up has moved on since, or cannot be read.'),
    ),
  );
  const { user } = openApp('/operations/dead-letters', { as: 'member' });
  await user.click(await screen.findByRole('button', { name: 'Replay' }));
  expect(await screen.findByText(/moved on since/)).toBeVisible();
});

test('rows are reached by j and k, and the filter by a slash', async () => {
  let letters = [LETTER, { ...LETTER, id: 'another' }];
  const calls: unknown[] = [];
  network.use(
    asAdmin,
    http.get('/admin/dead-letters', () => HttpResponse.json({ data: letters, next_cursor: null })),
    http.post('/admin/dead-letters/:id/replay', ({ params }) => {
      calls.push(params.id);
      letters = letters.filter(({ id }) => id !== params.id);
      return HttpResponse.json({ ...LETTER, status: 'replayed' });
    }),
  );
  const { user } = openApp('/operations/dead-letters', { as: 'member' });
  await screen.findAllByText('failed 5 times');
  const rows = screen.getAllByRole('row').slice(1);
  await user.keyboard('j');
  expect(rows[0]).toHaveFocus();
  await user.keyboard('j');
  expect(rows[1]).toHaveFocus();
  await user.keyboard('k');
  expect(rows[0]).toHaveFocus();
  await user.keyboard('/');
  await waitFor(() => expect(screen.getByLabelText('Part of the error')).toHaveFocus());
  await user.keyboard('{Escape}j');
  expect(rows[0]).toHaveFocus();
  // Enter opens a row, and changes nothing.
  await user.keyboard('{Enter}');
  expect(calls).toEqual([]);
  await user.tab();
  await user.keyboard('{Enter}');
  await waitFor(() => expect(screen.getAllByRole('row')).toHaveLength(2));
  expect(calls).toEqual([LETTER.id]);
  await waitFor(() => expect(screen.getAllByRole('row')[1]).toHaveFocus());
});

test('a slash looks something up where there is no filter', async () => {
  network.use(
    asAdmin,
    http.get('/admin/queues', () => HttpResponse.json({ data: [BOOKINGS] })),
    http.get('/admin/workers', () => HttpResponse.json({ data: [] })),
  );
  const { user } = openApp('/operations/queues', { as: 'member' });
  await screen.findByRole('cell', { name: 'open' });
  await user.keyboard('/');
  expect(await screen.findByLabelText('Go to')).toBeVisible();
});
