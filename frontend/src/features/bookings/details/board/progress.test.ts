import { expect, test } from 'vitest';
import { booking, FLIGHT, hold, payment, segment } from '@/testing/samples';
import { boardWord, boardWords, progressOf } from './progress';

const states = (of: Parameters<typeof progressOf>[0]) =>
  progressOf(of).map(({ name, state }) => `${name} ${state}`);

test('a booking without payment has two steps, one with payment three', () => {
  expect(states(booking({ status: 'PENDING' }))).toEqual(['Seats now', 'Confirmed open']);
  expect(states(booking({ payment_mode: 'token', payment: payment() }))).toEqual([
    'Seats done',
    'Payment done',
    'Confirmed done',
  ]);
});

test('it says at which step a booking stopped', () => {
  const until = '2099-12-01T10:15:00Z';
  expect(states(hold(until))).toContain('Payment now');
  expect(states(hold(until, { payment: payment({ status: 'DECLINED' }) }))).toContain('Payment failed');
  const failed = (code: string) =>
    booking({ status: 'FAILED', payment_mode: 'token', failure: { code, message: '' } as never });
  expect(states(failed('sold_out'))).toEqual(['Seats failed', 'Payment open', 'Confirmed open']);
  expect(states(failed('payment_declined'))).toEqual(['Seats done', 'Payment failed', 'Confirmed open']);
  expect(states(booking({ status: 'CANCELLED' }))).toEqual([]);
});

test('the board names the step that goes on, then how it ended', () => {
  const until = '2099-12-01T10:15:00Z';
  const words = [
    booking({ status: 'PENDING' }),
    hold(until),
    hold(until, { payment: payment({ status: 'PROCESSING' }) }),
    hold(until, { payment_mode: 'token' }),
    booking(),
    booking({ segments: [segment({ ...FLIGHT, status: 'CANCELLED' })] }),
    booking({ status: 'FAILED' }),
  ].map(boardWord);
  expect(words).toEqual(['Seats', 'Held', 'Payment', 'Payment', 'Confirmed', 'Cancelled', 'Not booked']);
  expect(boardWords()).toEqual(expect.arrayContaining(words));
});
