import { hasScheduleChange, isPayable } from '@/features/bookings/booking-state';
import type { Booking } from '@/lib/api-types';
import { now } from '@/lib/time/server-clock';

/** What the traveller has to do for a booking, and until when. */
export type BookingNotice =
  | { kind: 'offer' | 'hold'; booking: Booking; until: string }
  | { kind: 'moved'; booking: Booking; until: null };

/** In the order of their ends. Schedule changes, which have no end, come last. */
export function noticesOf(bookings: readonly Booking[]): BookingNotice[] {
  return bookings.flatMap(noticeOf).sort((one, other) => endOf(one) - endOf(other));
}

function noticeOf(booking: Booking): BookingNotice[] {
  if (isPayable(booking) && booking.awaiting_payment) {
    const until = booking.hold_expires_at;
    if (Date.parse(until) <= now()) return [];
    const isOffer = booking.timeline.some(({ stage }) => stage === 'offered');
    return [{ kind: isOffer ? 'offer' : 'hold', booking, until }];
  }
  return hasScheduleChange(booking) ? [{ kind: 'moved', booking, until: null }] : [];
}

function endOf({ until }: BookingNotice): number {
  return until === null ? Number.POSITIVE_INFINITY : Date.parse(until);
}
