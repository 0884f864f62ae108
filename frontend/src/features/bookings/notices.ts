import { hasNewTimes, isPayable } from '@/features/bookings/booking-state';
import { now } from '@/lib/time/server-clock';
import type { Booking } from '@/lib/wire';

/** What a booking asks for, and until when. */
export type Notice =
  | { kind: 'offer' | 'hold'; booking: Booking; until: string }
  | { kind: 'moved'; booking: Booking; until: null };

/** What ends first in front; new times, which do not end, last. */
export function noticesOf(bookings: readonly Booking[]): Notice[] {
  return bookings.flatMap(noticeOf).sort((one, other) => endOf(one) - endOf(other));
}

function noticeOf(booking: Booking): Notice[] {
  if (isPayable(booking) && booking.awaiting_payment) {
    const until = booking.hold_expires_at;
    if (Date.parse(until) <= now()) return [];
    const isOffer = booking.timeline.some(({ stage }) => stage === 'offered');
    return [{ kind: isOffer ? 'offer' : 'hold', booking, until }];
  }
  return hasNewTimes(booking) ? [{ kind: 'moved', booking, until: null }] : [];
}

function endOf({ until }: Notice): number {
  return until === null ? Number.POSITIVE_INFINITY : Date.parse(until);
}
