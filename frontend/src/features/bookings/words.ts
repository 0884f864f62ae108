import { money } from '@/lib/money';
import { clock } from '@/lib/time';
import type { BookingStatus, Refund } from '@/lib/wire';

interface Ending {
  title: string;
  detail: string;
}

const FAILURES: Record<string, Ending> = {
  sold_out: {
    title: 'Sold out before your turn',
    detail: 'Somebody else got the last seats first. You have not been charged, and no seat is kept.',
  },
  flight_departed: {
    title: 'This flight has left',
    detail: 'It departed before the booking could be made. Nothing was charged.',
  },
  flight_cancelled: {
    title: 'The airline cancelled this flight',
    detail: 'Nobody can book it any more. Nothing was charged.',
  },
  flight_not_found: {
    title: 'This flight is gone',
    detail: 'It was taken off the schedule. Nothing was charged.',
  },
  payment_declined: {
    title: 'The payment was declined',
    detail: 'Nothing was charged, and the seats were given back.',
  },
  payment_timeout: {
    title: 'The payment did not answer',
    detail: 'The seats were given back. Should the charge still go through, all of it comes back.',
  },
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

const DECLINES: Record<string, string> = {
  insufficient_funds: 'There is not enough money on the card.',
  invalid_token: 'The provider does not know this card.',
};

export function declineWords(code: string | null | undefined): string {
  return (code && DECLINES[code]) || 'The bank refused the card.';
}

/** How much comes back, and how far it is. */
export function refundWords({ amount, currency, status }: Refund): string {
  const back = money(amount, currency);
  switch (status) {
    case 'SUCCEEDED':
      return `${back} was refunded to your card.`;
    case 'FAILED':
      return `The refund of ${back} did not go through: a person will see to it.`;
    default:
      return `${back} is on its way back to your card.`;
  }
}

/** The time of day where the reader sits. */
export function hereAt(instant: string): string {
  return clock(instant, Intl.DateTimeFormat().resolvedOptions().timeZone);
}

export function seatWords(seats: number): string {
  return seats === 1 ? '1 seat' : `${seats} seats`;
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
  picked_up: 'Picked up by a worker',
  reserved: 'Seats reserved',
  held: 'Seats held',
  offered: 'Seats offered to you',
  payment_started: 'Payment started',
  payment_declined: 'Card declined',
  payment_unknown: 'No answer about the payment',
  rescued: 'Late, and seats still free',
  failed: 'Not booked',
  expired: 'Hold ended',
  refund_requested: 'Refund requested',
};

export function stageWords(stage: string): string {
  return STAGE_WORDS[stage] ?? capitalised(stage.replaceAll('_', ' '));
}

function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
