import { i18n } from '@lingui/core';
import { t } from '@lingui/core/macro';
import { hasCancelledFlight, isPaymentPending } from '@/features/bookings/booking-state';
import { STATUS_LABELS } from '@/features/bookings/status-labels';
import type { Booking } from '@/lib/api-types';

export interface Step {
  name: string;
  state: 'done' | 'now' | 'failed' | 'open';
}

/** The steps of a booking: seats, payment, confirmation. Empty once the booking was cancelled. */
export function progressOf(booking: Booking): Step[] {
  const { status, payment_mode, failure } = booking;
  const pays = payment_mode !== 'none';
  const steps = (...states: Step['state'][]): Step[] => {
    const names = pays ? [t`Seats`, t`Payment`, t`Confirmed`] : [t`Seats`, t`Confirmed`];
    return names.map((name, index) => ({ name, state: states[index] ?? 'open' }));
  };
  switch (status) {
    case 'PENDING':
      return steps('now');
    case 'HELD':
      return steps(
        'done',
        booking.payment?.status === 'DECLINED' && !isPaymentPending(booking) ? 'failed' : 'now',
      );
    case 'CONFIRMED':
      return steps('done', 'done', 'done');
    case 'EXPIRED':
      return steps('done', 'failed');
    case 'FAILED':
      return failure?.code.startsWith('payment') ? steps('done', 'failed') : steps('failed');
    case 'CANCELLED':
      return [];
  }
}

/** The status of a booking in one or two words, for the board: the step in progress, or the final status. */
export function boardWord(booking: Booking): string {
  const { status, payment_mode } = booking;
  if (status === 'PENDING') return t`Seats`;
  if (status === 'HELD' && (payment_mode === 'token' || isPaymentPending(booking))) return t`Payment`;
  if (status === 'CONFIRMED' && hasCancelledFlight(booking)) return i18n._(STATUS_LABELS.CANCELLED);
  return i18n._(STATUS_LABELS[status]);
}

/** Every word that the board may show in this language. */
export function boardWords(): string[] {
  const { PENDING, ...ends } = STATUS_LABELS;
  return [t`Seats`, t`Payment`, ...Object.values(ends).map((label) => i18n._(label))];
}
