import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test, vi } from 'vitest';
import type { ImportView } from '@/lib/api-types';
import { openApp } from '@/testing/app';
import { asAdmin, noHistory, RUNNING, schedule } from '@/testing/imports';
import { network, problem } from '@/testing/network';
import { ADMIN, TOKEN, TRAVELLER } from '@/testing/samples';

test('the report of an upload is loaded until it is done, and shows every row with an error', async () => {
  const sent: { dryRun: string | null; token: string | null }[] = [];
  let calls = 0;
  network.use(
    asAdmin,
    noHistory,
    http.post('/admin/flights/bulk-upload', ({ request }) => {
      const dryRun = new URL(request.url).searchParams.get('dry_run');
      sent.push({ dryRun, token: request.headers.get('Authorization') });
      return HttpResponse.json({ job_id: 'an-import', status: 'PENDING', status_url: '/x' }, { status: 202 });
    }),
    http.get('/admin/flights/bulk-upload/status/an-import', () => {
      calls += 1;
      if (calls === 1) return HttpResponse.json(RUNNING);
      const error = {
        line: 17,
        column: 'price',
        value: '-12',
        code: 'not_positive',
        message: 'A price is more than 0.',
      };
      const progress = { processed: 1000, total: 1000, percent: 100 };
      return HttpResponse.json({
        ...RUNNING,
        status: 'COMPLETED',
        progress,
        created: 979,
        failed: 1,
        errors: [error],
      });
    }),
  );
  const { user } = openApp('/operations/imports', { as: 'member' });
  await user.upload(await screen.findByLabelText('CSV file'), schedule());
  await user.click(await screen.findByRole('checkbox', { name: 'Only check it' }));
  await user.click(screen.getByRole('button', { name: 'Upload' }));
  expect(await screen.findByText('400 of 1,000 rows')).toBeVisible();
  expect(await screen.findByRole('heading', { name: 'Done' }, { timeout: 3000 })).toBeVisible();
  expect(screen.getByText('979')).toBeVisible();
  expect(screen.getByRole('row', { name: '17 price -12 A price is more than 0.' })).toBeVisible();
  expect(sent).toEqual([{ dryRun: 'false', token: 'Bearer a-token' }]);
});

test('a file that is only checked says that nothing changed', async () => {
  const done = { ...RUNNING, status: 'COMPLETED', dry_run: true, failed: 1 };
  const error = {
    line: 3,
    column: null,
    value: 'AI-1,Delhi',
    code: 'wrong_width',
    message: 'The row has 2 cells.',
  };
  network.use(
    asAdmin,
    noHistory,
    http.get('/admin/flights/bulk-upload/status/an-import', () =>
      HttpResponse.json({ ...done, errors: [error] }),
    ),
  );
  openApp('/operations/imports?import=an-import', { as: 'member' });
  expect(await screen.findByRole('heading', { name: 'Checked, and nothing changed' })).toBeVisible();
  expect(screen.getByRole('row', { name: '3 whole row AI-1,Delhi The row has 2 cells.' })).toBeVisible();
});

const WRONG_ROW = { line: 3, column: 'price', value: '-1', code: 'negative', message: 'It is below 0.' };

test.each<[string, Partial<ImportView>, string]>([
  ['runs', { status: 'IN_PROGRESS' }, 'The other rows are still being read.'],
  ['is done', { status: 'COMPLETED' }, 'Every other row is imported.'],
  [
    'is done with none',
    { status: 'COMPLETED', created: 0, updated: 0, skipped: 0 },
    'No row is imported yet.',
  ],
  ['stopped', { status: 'FAILED' }, '400 other rows read before it stopped are imported.'],
  [
    'is cancelled',
    { status: 'CANCELLED', created: 0, updated: 0, skipped: 1 },
    '1 other row read before it stopped is imported.',
  ],
  [
    'checked none',
    { status: 'COMPLETED', dry_run: true, created: 0, updated: 0, skipped: 0 },
    'No row is correct yet.',
  ],
])('what is said of the other rows is true when the import %s', async (_, changes, text) => {
  network.use(
    asAdmin,
    noHistory,
    http.get('/admin/flights/bulk-upload/status/an-import', () =>
      HttpResponse.json({ ...RUNNING, failed: 1, errors: [WRONG_ROW], ...changes }),
    ),
  );
  openApp('/operations/imports?import=an-import', { as: 'member' });
  expect(await screen.findByText(new RegExp(`^${text}`))).toBeVisible();
});

test('a file with nothing but its header has no rows', async () => {
  const nothing = { progress: { processed: 0, total: 0, percent: 100 }, created: 0, updated: 0, skipped: 0 };
  network.use(
    asAdmin,
    noHistory,
    http.get('/admin/flights/bulk-upload/status/an-import', () =>
      HttpResponse.json({ ...RUNNING, status: 'COMPLETED', ...nothing }),
    ),
  );
  openApp('/operations/imports?import=an-import', { as: 'member' });
  expect(await screen.findByRole('heading', { name: 'The file has no rows' })).toBeVisible();
});

test('earlier uploads are listed, each with its outcome', async () => {
  const earlier = { ...RUNNING, status: 'COMPLETED', created: 1200, updated: 0, skipped: 3 };
  network.use(
    asAdmin,
    http.get('/admin/imports', () => HttpResponse.json({ data: [earlier], next_cursor: null })),
  );
  openApp('/operations/imports', { as: 'member' });
  const row = await screen.findByRole('row', { name: /winter\.csv ann import completed 1,200 0 3 0/ });
  const link = within(row).getByRole('link');
  expect(link).toHaveAttribute('href', '/operations/imports?import=an-import');
});

test('a wrong header is explained, and nothing is read', async () => {
  network.use(
    asAdmin,
    noHistory,
    http.post('/admin/flights/bulk-upload', () =>
      problem(422, 'bad_header', "Did you mean 'flight_number'?"),
    ),
  );
  const { user } = openApp('/operations/imports', { as: 'member' });
  await user.upload(await screen.findByLabelText('CSV file'), schedule());
  await user.click(await screen.findByRole('checkbox', { name: 'Only check it' }));
  await user.click(screen.getByRole('button', { name: 'Upload' }));
  expect(await screen.findByRole('alert')).toHaveTextContent("Did you mean 'flight_number'?");
});

test('everything that is wrong with a header is listed', async () => {
  const errors = ['flight_number', 'price'].map((column) => ({
    pointer: `/${column}`,
    code: 'missing_column',
    message: `The column '${column}' is missing.`,
  }));
  network.use(
    asAdmin,
    noHistory,
    http.post('/admin/flights/bulk-upload', () =>
      problem(422, 'bad_header', errors.map(({ message }) => message).join(' '), { errors }),
    ),
  );
  const { user } = openApp('/operations/imports', { as: 'member' });
  await user.upload(await screen.findByLabelText('CSV file'), schedule());
  await user.click(await screen.findByRole('checkbox', { name: 'Only check it' }));
  await user.click(screen.getByRole('button', { name: 'Upload' }));
  const items = within(await screen.findByRole('alert')).getAllByRole('listitem');
  expect(items.map((item) => item.textContent)).toEqual(errors.map(({ message }) => message));
});

test('a refused file removes the report of the file before it', async () => {
  network.use(
    asAdmin,
    noHistory,
    http.get('/admin/flights/bulk-upload/status/an-import', () =>
      HttpResponse.json({ ...RUNNING, status: 'COMPLETED' }),
    ),
    http.post('/admin/flights/bulk-upload', () => problem(415, 'not_csv', 'This is a PDF document.')),
  );
  const { user, where } = openApp('/operations/imports?import=an-import', { as: 'member' });
  expect(await screen.findByRole('heading', { name: 'Done' })).toBeVisible();
  await user.upload(await screen.findByLabelText('CSV file'), schedule());
  await user.click(await screen.findByRole('checkbox', { name: 'Only check it' }));
  await user.click(screen.getByRole('button', { name: 'Upload' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('This is a PDF document.');
  await waitFor(() => expect(screen.queryByRole('heading', { name: 'Done' })).not.toBeInTheDocument());
  expect(where()).toBe('/operations/imports');
});

test('a file that changed after it was chosen must be chosen again, and another choice shows only its own error', async () => {
  network.use(
    asAdmin,
    noHistory,
    http.post('/admin/flights/bulk-upload', () => HttpResponse.error()),
  );
  const file = schedule();
  const gone = () => Promise.reject(new DOMException('It has changed.', 'NotReadableError'));
  vi.spyOn(file, 'slice').mockReturnValue(Object.assign(new Blob(), { arrayBuffer: gone }));
  const { user } = openApp('/operations/imports', { as: 'member' });
  const input = await screen.findByLabelText('CSV file');
  await user.upload(input, file);
  await user.click(await screen.findByRole('checkbox', { name: 'Only check it' }));
  await user.click(screen.getByRole('button', { name: 'Upload' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('Choose it again.');
  fireEvent.change(input, { target: { files: [new File(['%PDF'], 'a.pdf', { type: 'application/pdf' })] } });
  await waitFor(() => expect(screen.getByRole('alert')).toHaveTextContent('Please choose one CSV file.'));
});

test('an upload renews a token that expired early', async () => {
  const tokens: (string | null)[] = [];
  network.use(
    asAdmin,
    noHistory,
    http.post('/api/v1/auth/refresh', () => HttpResponse.json({ ...TOKEN, access_token: 'renewed' })),
    http.post('/admin/flights/bulk-upload', ({ request }) => {
      tokens.push(request.headers.get('Authorization'));
      return tokens.length === 1
        ? problem(401, 'unauthenticated', 'The token has expired.')
        : HttpResponse.json({ job_id: 'an-import', status: 'PENDING', status_url: '/x' }, { status: 202 });
    }),
    http.get('/admin/flights/bulk-upload/status/an-import', () => HttpResponse.json(RUNNING)),
  );
  const { user } = openApp('/operations/imports', { as: 'member' });
  await user.upload(await screen.findByLabelText('CSV file'), schedule());
  await user.click(await screen.findByRole('checkbox', { name: 'Only check it' }));
  await user.click(screen.getByRole('button', { name: 'Upload' }));
  expect(await screen.findByText('400 of 1,000 rows')).toBeVisible();
  expect(tokens).toEqual(['Bearer a-token', 'Bearer renewed']);
});

test('an upload whose sign-in has ended leads to the sign-in page', async () => {
  network.use(
    asAdmin,
    noHistory,
    http.post('/api/v1/auth/refresh', () => problem(401, 'unauthenticated', 'This sign-in has ended.')),
    http.post('/admin/flights/bulk-upload', () =>
      problem(401, 'unauthenticated', 'This needs an access token in the Authorization header.'),
    ),
  );
  const { user, where } = openApp('/operations/imports', { as: 'member' });
  await user.upload(await screen.findByLabelText('CSV file'), schedule());
  await user.click(await screen.findByRole('checkbox', { name: 'Only check it' }));
  await user.click(screen.getByRole('button', { name: 'Upload' }));
  expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeVisible();
  expect(where()).toBe('/sign-in?next=%2Foperations%2Fimports');
});

test('an account that could not be loaded can be requested again', async () => {
  let broken = true;
  network.use(
    noHistory,
    http.get('/api/v1/auth/me', () =>
      broken ? problem(500, 'internal', 'Something went wrong on our side.') : HttpResponse.json(ADMIN),
    ),
  );
  const { user } = openApp('/operations/imports', { as: 'member' });
  expect(await screen.findByRole('alert')).toHaveTextContent('Your account could not be loaded.');
  broken = false;
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('heading', { name: 'Upload a schedule' })).toBeVisible();
});

test('a traveller sees that the page is for administrators, and can sign in with another account', async () => {
  network.use(
    http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER)),
    http.post('/api/v1/auth/logout', () => new HttpResponse(null, { status: 204 })),
  );
  const { user, where } = openApp('/operations/imports', { as: 'member' });
  expect(await screen.findByRole('heading', { name: 'For administrators and agents' })).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Sign in with another account' }));
  expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeVisible();
  expect(where()).toBe('/sign-in?next=%2Foperations%2Fimports');
});
