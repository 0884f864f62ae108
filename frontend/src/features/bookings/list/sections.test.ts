import { expect, test } from 'vitest';
import { booking, hold, segment } from '@/testing/samples';
import { sectionsOf } from './sections';

const leaving = (reference: string, day: string, changes = {}) =>
  booking({
    reference,
    segments: [segment({ departure_ts: `${day}T04:30:00Z`, arrival_ts: `${day}T06:40:00Z` })],
    ...changes,
  });

test('what needs something comes first, then the next departure, then what is past, then what was cancelled', () => {
  const sections = sectionsOf([
    leaving('LATER1', '2099-12-09'),
    leaving('PASTA1', '2020-01-01'),
    leaving('SOON11', '2099-12-02'),
    leaving('PASTB1', '2021-01-01'),
    leaving('GONE11', '2099-12-02', { status: 'CANCELLED', available_actions: [] }),
    leaving('MOVED1', '2099-12-05', { available_actions: ['cancel', 'accept_change'] }),
    { ...hold('2099-12-01T10:15:00Z'), reference: 'HELD11' },
  ]);
  expect(sections.map(({ name, bookings }) => [name, ...bookings.map(({ reference }) => reference)])).toEqual(
    [
      ['Needs your action', 'HELD11', 'MOVED1'],
      ['Upcoming', 'SOON11', 'LATER1'],
      ['Past', 'PASTB1', 'PASTA1'],
      ['Cancelled and not booked', 'GONE11'],
    ],
  );
});
