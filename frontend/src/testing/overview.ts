import type { components } from '@/lib/schema';

export const OVERVIEW: components['schemas']['Overview'] = {
  status: 'degraded',
  causes: [
    {
      code: 'no_worker',
      message: 'No worker answers; bookings are accepted, and wait until one is started.',
      since: '2026-11-23T10:00:00Z',
    },
  ],
  at: '2026-11-23T10:01:00Z',
  waiting: 340,
  oldest_seconds: 14,
  per_second: 0,
  bookings_per_minute: {
    accepted: 340,
    pending: 340,
    held: 0,
    confirmed: 0,
    failed: 0,
    ended: 0,
    p50_ms: null,
    p95_ms: null,
    p99_ms: null,
  },
  seats_sold_today: 412,
  queues: [],
  workers: [],
  drift: null,
  dead_letters: { booking: 2 },
  history: [],
};
