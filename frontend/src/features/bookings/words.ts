import type { BookingStatus } from '@/lib/wire';

interface Ending {
  title: string;
  detail: string;
}

const FAILURES: Record<string, Ending> = {
  sold_out: {
    title: 'Sold out before your turn',
    detail: 'Somebody else got the last seats first. You have not been charged, and no seat is kept.',
  },
  flight_departed: { title: 'This flight has left', detail: 'It departed before the booking could be made.' },
  flight_cancelled: { title: 'The airline cancelled this flight', detail: 'Nobody can book it any more.' },
  flight_not_found: { title: 'This flight is gone', detail: 'It was taken off the schedule.' },
  payment_declined: {
    title: 'The payment was declined',
    detail: 'The seats went back on sale. Nothing was charged.',
  },
  payment_timeout: { title: 'The payment did not answer', detail: 'The seats went back on sale.' },
};

const UNKNOWN: Ending = {
  title: 'The booking did not work',
  detail: 'Something went wrong on our side. No seat is kept and nothing was charged.',
};

export function failureWords(code: string | undefined): Ending {
  return (code !== undefined && FAILURES[code]) || UNKNOWN;
}

/** What the door refuses at once, where the traveller still sees the flight; null for what is no matter of this flight. */
export function refusalTitle(code: string): string | null {
  return code === 'sold_out' ? 'Somebody was quicker' : (FAILURES[code]?.title ?? null);
}

export const STATUS_WORDS: Record<BookingStatus, string> = {
  PENDING: 'In progress',
  HELD: 'Held',
  CONFIRMED: 'Confirmed',
  CANCELLED: 'Cancelled',
  FAILED: 'Not booked',
  EXPIRED: 'Expired',
};

const STAGE_WORDS: Record<string, string> = {
  accepted: 'Accepted',
  picked_up: 'Picked up by a worker',
  reserved: 'Seats reserved',
  held: 'Seats held',
  confirmed: 'Confirmed',
  failed: 'Not booked',
  cancelled: 'Cancelled',
  expired: 'Expired',
};

export function stageWords(stage: string): string {
  return STAGE_WORDS[stage] ?? stage.replaceAll('_', ' ');
}
