import { screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { openApp } from '@/testing/app';
import { asAdmin, noHistory, RUNNING, schedule } from '@/testing/imports';
import { network } from '@/testing/network';

test('the chosen options are sent with the file', async () => {
  const sent: string[] = [];
  network.use(
    asAdmin,
    noHistory,
    http.post('/admin/flights/bulk-upload', ({ request }) => {
      sent.push(new URL(request.url).search);
      return HttpResponse.json({ job_id: 'an-import', status: 'PENDING', status_url: '/x' }, { status: 202 });
    }),
    http.get('/admin/flights/bulk-upload/status/an-import', () => HttpResponse.json(RUNNING)),
  );
  const { user } = openApp('/operations/imports', { as: 'member' });
  await user.upload(await screen.findByLabelText('CSV file'), schedule());
  await user.selectOptions(screen.getByRole('combobox', { name: 'Encoding' }), 'windows-1252');
  await user.selectOptions(screen.getByRole('combobox', { name: 'Flights that moved' }), 'day');
  await user.click(screen.getByRole('checkbox', { name: 'Local times' }));
  await user.click(screen.getByRole('button', { name: 'Check the file' }));
  // Once it was checked, the same button uploads it.
  await user.click(await screen.findByRole('button', { name: 'Upload' }));
  const options = 'encoding=windows-1252&times=local&match=day';
  await waitFor(() => expect(sent).toEqual([`?dry_run=true&${options}`, `?dry_run=false&${options}`]));
  await user.selectOptions(screen.getByRole('combobox', { name: 'Flights that exist' }), 'create');
  expect(screen.getByRole('combobox', { name: 'Flights that moved' })).toBeDisabled();
  await user.click(screen.getByRole('button', { name: 'Upload' }));
  await waitFor(() =>
    expect(sent.at(-1)).toBe('?dry_run=false&encoding=windows-1252&times=local&mode=create'),
  );
});

test('a check names places that are not clear, and how others were read', async () => {
  const wrong = { column: 'source', code: 'ambiguous_place', message: 'London may be LHR or LGW.' };
  network.use(
    asAdmin,
    noHistory,
    http.get('/admin/flights/bulk-upload/status/an-import', () =>
      HttpResponse.json({
        ...RUNNING,
        status: 'COMPLETED',
        dry_run: true,
        failed: 2,
        errors: [
          { ...wrong, line: 3, value: 'London' },
          { ...wrong, line: 9, value: 'London' },
        ],
        places: [{ line: 2, value: 'Bombay', iata: 'BOM', city: 'Mumbai', country: 'IN' }],
      }),
    ),
  );
  openApp('/operations/imports?import=an-import', { as: 'member' });
  expect(await screen.findByRole('heading', { name: 'Places to look at before you upload' })).toBeVisible();
  const shown = screen.getAllByRole('listitem').map((each) => each.textContent);
  expect(shown).toEqual(
    expect.arrayContaining([
      'Line 3 “London” is not clear. London may be LHR or LGW.',
      'Line 2 “Bombay” would be read as Mumbai (BOM, IN).',
    ]),
  );
});

test('a check names times that are probably wrong', async () => {
  const doubt = { line: 2, column: 'arrival_ts', value: '2030-03-01T18:30:00Z', code: 'too_fast' };
  network.use(
    asAdmin,
    noHistory,
    http.get('/admin/flights/bulk-upload/status/an-import', () =>
      HttpResponse.json({
        ...RUNNING,
        status: 'COMPLETED',
        dry_run: true,
        doubts: [{ ...doubt, message: 'No airliner is so fast.' }],
      }),
    ),
  );
  openApp('/operations/imports?import=an-import', { as: 'member' });
  expect(await screen.findByRole('heading', { name: 'Times to look at before you upload' })).toBeVisible();
  expect(screen.getByText('“2030-03-01T18:30:00Z”: No airliner is so fast.', { exact: false })).toBeVisible();
});

test('a check names flights with bookings, and flights that would be there twice', async () => {
  const change = {
    flight_id: 'a-flight',
    departure_ts: '2030-01-01T07:00:00Z',
    seats: 4,
  };
  network.use(
    asAdmin,
    noHistory,
    http.get('/admin/flights/bulk-upload/status/an-import', () =>
      HttpResponse.json({ ...RUNNING, status: 'COMPLETED', dry_run: true, changes_url: '/x', beside: 1 }),
    ),
    http.get('/admin/flights/bulk-upload/an-import/changes', () =>
      HttpResponse.json({
        data: [
          {
            ...change,
            line: 2,
            flight_number: 'AI-1',
            bookings: 3,
            effect: 'added_beside',
            changes: [
              { field: 'departure_ts', before: '2030-01-01T07:00:00Z', after: '2030-01-01T07:10:00Z' },
            ],
          },
          {
            ...change,
            line: 3,
            flight_number: 'AI-2',
            bookings: 1,
            effect: 'changed',
            changes: [{ field: 'total_seats', before: 150, after: 180 }],
          },
          { ...change, line: 4, flight_number: 'AI-3', bookings: 0, effect: 'changed', changes: [] },
        ],
        next_cursor: null,
      }),
    ),
  );
  openApp('/operations/imports?import=an-import', { as: 'member' });
  expect(await screen.findByRole('heading', { name: 'Look at these before you upload' })).toBeVisible();
  expect(
    screen.getByText(/AI-1 flies this route on that day at another time .* with 3 bookings/),
  ).toBeVisible();
  expect(screen.getByText(/AI-2 would change \(total_seats\), with 1 booking\./)).toBeVisible();
  expect(screen.queryByText(/AI-3/)).not.toBeInTheDocument();
});
