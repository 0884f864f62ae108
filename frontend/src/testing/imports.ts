import { HttpResponse, http } from 'msw';
import type { ImportView } from '@/lib/api-types';
import { ADMIN } from './samples';

export const asAdmin = http.get('/api/v1/auth/me', () => HttpResponse.json(ADMIN));
export const noHistory = http.get('/admin/imports', () => HttpResponse.json({ data: [], next_cursor: null }));
export const RUNNING: ImportView = {
  job_id: 'an-import',
  file_name: 'winter.csv',
  username: 'ann',
  status: 'IN_PROGRESS',
  progress: { processed: 400, total: 1000, percent: 40 },
  created: 380,
  updated: 15,
  skipped: 5,
  failed: 0,
  unprocessed: null,
  affected_bookings: 0,
  errors: [],
  places: [],
  doubts: [],
  failure: null,
  started_at: '2026-11-23T10:00:00Z',
  finished_at: null,
  failed_rows_url: null,
  changes_url: null,
  cancelling: false,
  times: 'zoned',
  match: 'time',
  beside: 0,
  mode: 'upsert',
  dry_run: false,
  created_at: '2026-11-23T10:00:00Z',
};

export function schedule() {
  return new File(['flight_number,source\n'], 'schedule.csv', { type: 'text/csv' });
}
