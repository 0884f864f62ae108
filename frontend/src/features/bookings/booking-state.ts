import type { Booking } from '@/lib/api-types';

/** A payment has begun, and its outcome is not known yet. */
export function isPaymentPending({ payment }: Booking): boolean {
  return payment !== null && ['REQUIRES_PAYMENT', 'PROCESSING', 'UNKNOWN'].includes(payment.status);
}

/** The airline cancelled a flight of it. */
export function hasCancelledFlight({ segments }: Booking): boolean {
  return segments.some(({ flight }) => flight.status === 'CANCELLED');
}

/** Its flights were moved, and the traveller has not accepted the new times yet. */
export function hasScheduleChange({ available_actions }: Booking): boolean {
  return available_actions.includes('accept_change');
}

export function isCancellable({ available_actions }: Booking): boolean {
  return available_actions.includes('cancel');
}

/** The booking will change within seconds: a payment or a refund is in progress, or its flight was cancelled. */
export function isChanging(booking: Booking): boolean {
  const hasSeats = booking.status === 'HELD' || booking.status === 'CONFIRMED';
  return (
    isPaymentPending(booking) ||
    booking.refund?.status === 'PENDING' ||
    (hasSeats && hasCancelledFlight(booking))
  );
}

/** Its fare can be watched: it is confirmed, and none of its flights has departed. */
export function isWatchable(booking: Booking): boolean {
  return booking.status === 'CONFIRMED' && isCancellable(booking) && !hasCancelledFlight(booking);
}

/** Its owner can pay here, or a card is being charged. */
export function isPayable(booking: Booking): booking is Booking & { hold_expires_at: string } {
  const { status, payment_mode, hold_expires_at, available_actions } = booking;
  if (status !== 'HELD' || payment_mode !== 'hold' || hold_expires_at === null) return false;
  return available_actions.includes('pay') || isPaymentPending(booking);
}
