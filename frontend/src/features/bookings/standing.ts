import { isPaying } from '@/lib/follow';
import { difference, isZero, money } from '@/lib/money';
import { elapsedWords } from '@/lib/time';
import type { Booking } from '@/lib/wire';
import { declineWords, failureWords, hereAt, refundWords } from './words';

/** How it stands with a booking, in a title and a sentence. */
export interface Standing {
  tone: 'good' | 'bad' | 'busy' | 'news' | 'plain';
  title: string;
  detail: string;
}

export function standingOf(booking: Booking): Standing {
  switch (booking.status) {
    case 'PENDING':
      return {
        tone: 'busy',
        title: 'Booking your seats',
        detail: 'Accepted and safely stored. Waiting for a worker to take the seats.',
      };
    case 'HELD':
      return changed(booking) ?? held(booking);
    case 'CONFIRMED':
      return changed(booking) ?? { tone: 'good', title: 'You are booked', detail: confirmedDetail(booking) };
    case 'CANCELLED':
      return cancelled(booking);
    case 'EXPIRED':
      return { tone: 'bad', title: 'The hold has ended', detail: expiredDetail(booking) };
    case 'FAILED':
      return failed(booking);
  }
}

/** What the airline did to a booking that still has its seats. */
function changed({ segments, available_actions: actions }: Booking): Standing | null {
  if (segments.some(({ flight }) => flight.status === 'CANCELLED')) {
    return {
      tone: 'bad',
      title: 'The airline cancelled your flight',
      detail: 'Your booking is being ended. Everything that you paid comes back.',
    };
  }
  if (actions.includes('accept_change')) {
    return {
      tone: 'news',
      title: 'Your flight has new times',
      detail: actions.includes('cancel')
        ? 'Your seats are safe. Keep the new times, or cancel free of charge.'
        : 'Your seats are safe. Keep the new times to go on with your trip.',
    };
  }
  return null;
}

function held(booking: Booking): Standing {
  const { payment, payment_mode, payment_required_by: by } = booking;
  if (payment?.status === 'UNKNOWN') {
    return {
      tone: 'busy',
      title: 'Waiting for the payment',
      detail: 'The provider has not answered yet and is asked again. You are never charged twice.',
    };
  }
  if (isPaying(booking) || payment_mode === 'token') {
    return { tone: 'busy', title: 'Paying', detail: 'Your seats stay yours while the card is charged.' };
  }
  if (!by) {
    return { tone: 'busy', title: 'The time to pay is over', detail: 'The seats are being given back.' };
  }
  const time = `until ${hereAt(by)}`;
  if (payment?.status === 'DECLINED') {
    return {
      tone: 'bad',
      title: 'The card was declined',
      detail: `${declineWords(payment.decline_code)} Nothing was charged. Your seats are kept ${time}: try another card.`,
    };
  }
  return { tone: 'good', title: 'Your seats are held', detail: `They are kept ${time}. Pay before then.` };
}

function confirmedDetail({ rescued_at, payment, timeline }: Booking): string {
  if (rescued_at) {
    return 'Your payment arrived after the hold had ended. The seats were still free, so they are yours.';
  }
  if (payment) return `The seats are yours, and ${money(payment.amount, payment.currency)} is paid.`;
  const confirmed = timeline.find(({ stage }) => stage === 'confirmed');
  const seats = 'The seats are yours';
  return confirmed ? `${seats}, ${elapsedWords(confirmed.ms)} after you asked.` : `${seats}.`;
}

function cancelled(booking: Booking): Standing {
  const { refund, payment, failure } = booking;
  if (failure?.code === 'flight_cancelled' || refund?.reason === 'flight_cancelled') {
    const money = refund ? refundWords(refund) : 'Nothing was paid, so nothing has to come back.';
    return { tone: 'bad', title: 'The airline cancelled your flight', detail: money };
  }
  const title = 'Booking cancelled';
  if (refund) {
    return { tone: 'plain', title, detail: `${refundWords(refund)}${feeWords(booking.price_total, refund)}` };
  }
  if (payment?.status === 'SUCCEEDED') {
    const paid = money(payment.amount, payment.currency);
    return { tone: 'plain', title, detail: `Nothing comes back: the fare keeps all of the ${paid}.` };
  }
  if (isPaying(booking)) {
    return {
      tone: 'plain',
      title,
      detail: 'A payment was still on its way: if it arrives, all of it comes back.',
    };
  }
  return { tone: 'plain', title, detail: 'The seats are given back. Nothing was paid.' };
}

function feeWords(paid: string, refund: { amount: string; currency: string }): string {
  const fee = difference(paid, refund.amount);
  return isZero(fee) ? '' : ` The fee was ${money(fee, refund.currency)}.`;
}

function expiredDetail(booking: Booking): string {
  if (booking.refund)
    return `Your payment came too late, and the seats were gone. ${refundWords(booking.refund)}`;
  if (isPaying(booking)) {
    return 'Your payment is still being checked: if it went through, you get the seats or all of the money back.';
  }
  return 'It was not paid in time, and the seats were given back. Nothing was charged.';
}

function failed(booking: Booking): Standing {
  const { failure, payment, refund } = booking;
  const words = failureWords(failure?.code);
  if (refund) return { tone: 'bad', title: words.title, detail: refundWords(refund) };
  if (failure?.code === 'payment_declined') {
    return { tone: 'bad', ...words, detail: `${declineWords(payment?.decline_code)} ${words.detail}` };
  }
  return { tone: 'bad', ...words };
}
