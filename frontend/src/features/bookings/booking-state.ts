import type { Booking } from '@/lib/wire';

/** A payment has begun, and it is not known yet how it ends. */
export function isPaymentPending({ payment }: Booking): boolean {
  return payment !== null && ['REQUIRES_PAYMENT', 'PROCESSING', 'UNKNOWN'].includes(payment.status);
}

/** The airline cancelled a flight of it. */
export function hasCancelledFlight({ segments }: Booking): boolean {
  return segments.some(({ flight }) => flight.status === 'CANCELLED');
}

/** Its flights have new times, which the traveller has not accepted yet. */
export function hasNewTimes({ available_actions }: Booking): boolean {
  return available_actions.includes('accept_change');
}

export function isCancellable({ available_actions }: Booking): boolean {
  return available_actions.includes('cancel');
}

/** Something goes on that will change the booking within seconds: a payment, a refund, or the end of it after its flight was cancelled. */
export function isChanging(booking: Booking): boolean {
  const hasSeats = booking.status === 'HELD' || booking.status === 'CONFIRMED';
  return (
    isPaymentPending(booking) ||
    booking.refund?.status === 'PENDING' ||
    (hasSeats && hasCancelledFlight(booking))
  );
}

/** Its seats may cost less one day: it is confirmed, and all its flights are still to leave. */
export function isWatchable(booking: Booking): boolean {
  return booking.status === 'CONFIRMED' && isCancellable(booking) && !hasCancelledFlight(booking);
}

/** Its owner can pay here, or a card is being charged. */
export function isPayable(booking: Booking): booking is Booking & { hold_expires_at: string } {
  const { status, payment_mode, hold_expires_at, available_actions } = booking;
  if (status !== 'HELD' || payment_mode !== 'hold' || hold_expires_at === null) return false;
  return available_actions.includes('pay') || isPaymentPending(booking);
}
