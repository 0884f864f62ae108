import { expect, test } from 'vitest';
import type { Booking } from '@/lib/wire';
import { booking, payment, refund, segment } from '@/testing/samples';
import { standingOf } from './standing';
import { stageWords } from './words';

const words = (changes: Partial<Booking>) => {
  const { title, detail } = standingOf(booking({ available_actions: [], ...changes }));
  return `${title}. ${detail}`;
};

test('a cancelled booking says what comes back, what was kept, and how far the money is', () => {
  const paid = { status: 'CANCELLED', payment: payment() } as const;
  expect(words({ ...paid, refund: refund({ amount: '11250.00' }) })).toMatch(
    /Booking cancelled\. .*11,250 is on its way back to your card\. The fee was .*3,750\./,
  );
  expect(words({ ...paid, refund: refund({ status: 'SUCCEEDED' }) })).toMatch(
    /15,000 was refunded to your card\.$/,
  );
  expect(words({ ...paid, refund: refund({ status: 'FAILED' }) })).toMatch(/did not go through/);
  expect(words(paid)).toMatch(/Nothing comes back: the fare keeps all of the .*15,000/);
  expect(words({ status: 'CANCELLED' })).toMatch(/Nothing was paid/);
});

test('a flight that the airline cancelled is never told as the traveller cancelling', () => {
  const failure = { code: 'flight_cancelled', message: 'The airline has cancelled this flight.' };
  const ended = { status: 'CANCELLED', failure } as const;
  expect(words({ ...ended, refund: refund({ reason: 'flight_cancelled' }) })).toMatch(
    /^The airline cancelled your flight\. .*15,000 is on its way/,
  );
  expect(words(ended)).toMatch(/^The airline cancelled your flight\. Nothing was paid/);

  const calledOff = [segment({ status: 'CANCELLED' })];
  expect(words({ status: 'CONFIRMED', segments: calledOff })).toMatch(
    /^The airline cancelled your flight\. Your booking is being ended/,
  );
});

test('a moved flight is news until it is answered', () => {
  expect(words({ status: 'CONFIRMED', available_actions: ['cancel', 'accept_change'] })).toMatch(
    /^Your flight has new times\. .*cancel free of charge/,
  );
  expect(words({ status: 'CONFIRMED', available_actions: ['accept_change'] })).not.toMatch(/cancel/);
});

test('money that came late is said, whether it saved the seats or goes back', () => {
  expect(words({ status: 'CONFIRMED', payment: payment(), rescued_at: '2026-11-23T10:16:00Z' })).toMatch(
    /^You are booked\. Your payment arrived after the hold had ended\./,
  );
  expect(
    words({ status: 'EXPIRED', payment: payment(), refund: refund({ reason: 'late_payment' }) }),
  ).toMatch(/^The hold has ended\. Your payment came too late.*15,000 is on its way/);
  expect(words({ status: 'EXPIRED', payment: payment({ status: 'UNKNOWN' }) })).toMatch(
    /still being checked/,
  );
  expect(words({ status: 'EXPIRED' })).toMatch(/Nothing was charged\.$/);
});

test('a hold that has run out asks for nothing', () => {
  expect(words({ status: 'HELD', payment_mode: 'hold' })).toMatch(/^The time to pay is over\./);
});

test('a card that was declined says why, and that nothing was charged', () => {
  const declined = payment({ status: 'DECLINED', decline_code: 'insufficient_funds' });
  const failure = { code: 'payment_declined', message: 'The payment was declined.' };
  expect(words({ status: 'FAILED', payment_mode: 'token', payment: declined, failure })).toBe(
    'The payment was declined. There is not enough money on the card. Nothing was charged, and the seats were given back.',
  );
});

test('a payment that nobody answered for is told as it is', () => {
  const failure = { code: 'payment_timeout', message: 'The payment was not completed in time.' };
  const late = { status: 'FAILED', payment_mode: 'token', failure } as const;
  expect(words({ ...late, payment: payment({ status: 'UNKNOWN' }) })).toMatch(/all of it comes back\.$/);
  expect(words({ ...late, payment: payment(), refund: refund({ status: 'SUCCEEDED' }) })).toMatch(/refunded/);
  expect(words({ status: 'HELD', payment_mode: 'token', payment: payment({ status: 'UNKNOWN' }) })).toMatch(
    /^Waiting for the payment\. .*never charged twice/,
  );
});

test('a stage has plain words, also one that is new', () => {
  const stages = [
    'accepted',
    'offered',
    'payment_started',
    'paid',
    'rescued',
    'refund_requested',
    'boarding_pass',
  ];
  expect(stages.map(stageWords)).toEqual([
    'Accepted',
    'Seats offered to you',
    'Payment started',
    'Paid',
    'Late, and seats still free',
    'Refund requested',
    'Boarding pass',
  ]);
});
