import { expect, test } from 'vitest';
import { booking, hold } from '@/testing/samples';
import { noticesOf } from './notices';

const OFFERED = [{ stage: 'offered', at: '2026-11-23T10:00:00Z', ms: 0 }];

test('what ends first comes first, and new times last', () => {
  const notices = noticesOf([
    booking({ reference: 'MOVED1', available_actions: ['cancel', 'accept_change'] }),
    hold('2099-12-01T10:15:00Z', { reference: 'HELD11' }),
    hold('2099-12-01T10:05:00Z', { reference: 'OFFER1', timeline: OFFERED }),
    hold('2020-12-01T10:05:00Z', { reference: 'ENDED1' }),
    booking({ reference: 'FINE11' }),
  ]);
  expect(notices.map(({ kind, booking: { reference } }) => [kind, reference])).toEqual([
    ['offer', 'OFFER1'],
    ['hold', 'HELD11'],
    ['moved', 'MOVED1'],
  ]);
});
