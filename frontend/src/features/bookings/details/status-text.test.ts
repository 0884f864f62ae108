import { expect, test } from 'vitest';
import type { Booking, Segment } from '@/lib/api-types';
import { booking, payment, refund, segment } from '@/testing/samples';
import { statusText } from './status-text';
import { stageText } from './timeline';

const CHANGE = {
  flight_id: booking().flight_id,
  old_departure_ts: '2099-12-01T04:30:00Z',
  old_arrival_ts: '2099-12-01T06:40:00Z',
  new_departure_ts: '2099-12-01T08:30:00Z',
  new_arrival_ts: '2099-12-01T10:40:00Z',
  action: null,
};

const text = (changes: Partial<Booking>) => {
  const { title, detail } = statusText(booking({ available_actions: [], ...changes }));
  return `${title}. ${detail}`;
};

test('a cancelled booking shows the refund, the fee and whether the refund has arrived', () => {
  const paid = { status: 'CANCELLED', payment: payment() } as const;
  expect(text({ ...paid, refund: refund({ amount: '11250.00' }) })).toMatch(
    /Booking cancelled\. .*11,250 is on its way back to your card\. The fee was .*3,750\./,
  );
  expect(text({ ...paid, refund: refund({ status: 'SUCCEEDED' }) })).toMatch(
    /15,000 was refunded to your card\.$/,
  );
  expect(text({ ...paid, refund: refund({ status: 'FAILED' }) })).toMatch(/did not go through/);
  expect(text(paid)).toMatch(/Nothing is refunded: the cancellation fee is the whole .*15,000/);
  expect(text({ status: 'CANCELLED' })).toMatch(/Nothing was paid/);
});

test('a flight that the airline cancelled is not called a cancellation by the traveller', () => {
  const failure = { code: 'flight_cancelled', message: 'The airline has cancelled this flight.' } as const;
  const ended = { status: 'CANCELLED', failure } as const;
  expect(text({ ...ended, refund: refund({ reason: 'flight_cancelled' }) })).toMatch(
    /^The airline cancelled your flight\. .*15,000 is on its way/,
  );
  expect(text(ended)).toMatch(/^The airline cancelled your flight\. Nothing was paid/);

  const flight = segment({ status: 'CANCELLED' });
  expect(text({ status: 'CONFIRMED', segments: [flight] })).toMatch(
    /^The airline cancelled your flight\. Your booking is being cancelled/,
  );
  expect(text({ status: 'CONFIRMED', segments: [segment(), flight] })).toMatch(
    /^The airline cancelled one of your flights\./,
  );
});

test('a moved flight needs attention until its new times are accepted', () => {
  expect(text({ status: 'CONFIRMED', available_actions: ['cancel', 'accept_change'] })).toMatch(
    /^Your flight has new times\. .*cancel free of charge/,
  );
  expect(text({ status: 'CONFIRMED', available_actions: ['accept_change'] })).not.toMatch(/cancel/);
  const moved = { ...segment(), schedule_change: CHANGE };
  const ofTwo = (segments: Segment[]) =>
    text({ status: 'HELD', available_actions: ['accept_change'], segments });
  expect(ofTwo([moved, segment()])).toMatch(/^One of your flights has new times/);
  expect(ofTwo([moved, { ...moved, schedule_change: { ...CHANGE, action: 'keep' } }])).toMatch(
    /^One of your/,
  );
  expect(ofTwo([moved, moved])).toMatch(/^Your flights have new times/);
});

test('the text about a late payment says whether it got the seats or is refunded', () => {
  expect(text({ status: 'CONFIRMED', payment: payment(), rescued_at: '2026-11-23T10:16:00Z' })).toMatch(
    /^You are booked\. Your payment arrived after the hold had ended\./,
  );
  expect(text({ status: 'EXPIRED', payment: payment(), refund: refund({ reason: 'late_payment' }) })).toMatch(
    /^The hold has ended\. Your payment came too late.*15,000 is on its way/,
  );
  expect(text({ status: 'EXPIRED', payment: payment({ status: 'UNKNOWN' }) })).toMatch(/still being checked/);
  expect(text({ status: 'EXPIRED' })).toMatch(/Nothing was charged\.$/);
});

test('the text about an ended hold says that the time to pay is over', () => {
  expect(text({ status: 'HELD', payment_mode: 'hold' })).toMatch(/^The time to pay is over\./);
});

test('a declined card says why, and that nothing was charged', () => {
  const declined = payment({ status: 'DECLINED', decline_code: 'insufficient_funds' });
  const failure = { code: 'payment_declined', message: 'The payment was declined.' } as const;
  expect(text({ status: 'FAILED', payment_mode: 'token', payment: declined, failure })).toBe(
    'The payment was declined. There is not enough money on the card. Nothing was charged, and the seats were given back.',
  );
});

test('a payment without a response is described as undecided', () => {
  const failure = { code: 'payment_timeout', message: 'The payment was not completed in time.' } as const;
  const late = { status: 'FAILED', payment_mode: 'token', failure } as const;
  expect(text({ ...late, payment: payment({ status: 'UNKNOWN' }) })).toMatch(/all of it is refunded\.$/);
  expect(text({ ...late, payment: payment(), refund: refund({ status: 'SUCCEEDED' }) })).toMatch(/refunded/);
  expect(text({ status: 'HELD', payment_mode: 'token', payment: payment({ status: 'UNKNOWN' }) })).toMatch(
    /^Waiting for the payment\. .*never charged twice/,
  );
});

test('every stage has a text, also one that the app does not know', () => {
  const stages = [
    'accepted',
    'offered',
    'payment_started',
    'paid',
    'rescued',
    'refund_requested',
    'boarding_pass',
  ];
  expect(stages.map(stageText)).toEqual([
    'Accepted',
    'Seats offered to you',
    'Payment started',
    'Paid',
    'Paid late, seats still free',
    'Refund requested',
    'Boarding pass',
  ]);
});
