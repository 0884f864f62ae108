import { t } from '@lingui/core/macro';
import { isPaymentPending } from '@/features/bookings/booking-state';
import type { Booking } from '@/lib/wire';

export interface Step {
  name: string;
  state: 'done' | 'now' | 'failed' | 'open';
}

/** What stands between a traveller and the ticket: seats, payment, confirmation. Nothing once the booking was cancelled. */
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
