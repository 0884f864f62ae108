import { t } from '@lingui/core/macro';
import {
  hasCancelledFlight,
  hasScheduleChange,
  isCancellable,
  isPaymentPending,
} from '@/features/bookings/booking-state';
import { failureText, type Text } from '@/features/bookings/failure-text';
import type { Booking, Refund } from '@/lib/api-types';
import { isZero, money, subtract } from '@/lib/money';
import { browserClock } from '@/lib/time/time';

/** The status of a booking as a title and a sentence. */
export interface StatusText extends Text {
  tone: 'good' | 'bad' | 'busy' | 'attention' | 'deadline' | 'neutral';
}

export function statusText(booking: Booking): StatusText {
  switch (booking.status) {
    case 'PENDING':
      return {
        tone: 'busy',
        title: t`Booking your seats`,
        detail: t`Your booking is safe with us. This page says so as soon as the seats are yours.`,
      };
    case 'HELD':
      return changeByAirline(booking) ?? held(booking);
    case 'CONFIRMED':
      return (
        changeByAirline(booking) ?? {
          tone: 'good',
          title: t`You are booked`,
          detail: confirmedDetail(booking),
        }
      );
    case 'CANCELLED':
      return cancelled(booking);
    case 'EXPIRED':
      return { tone: 'bad', title: t`The hold has ended`, detail: expiredDetail(booking) };
    case 'FAILED':
      return failed(booking);
  }
}

/** A change by the airline of a booking that has its seats; null when there is none. */
function changeByAirline(booking: Booking): StatusText | null {
  if (hasCancelledFlight(booking)) {
    return {
      tone: 'bad',
      title: cancelledByAirlineTitle(booking),
      detail: t`Your booking is being cancelled. Everything that you paid is refunded.`,
    };
  }
  if (hasScheduleChange(booking)) {
    return {
      tone: 'attention',
      title: newTimesTitle(booking),
      detail: isCancellable(booking)
        ? t`You still have your seats. Keep the new times, or cancel free of charge.`
        : t`You still have your seats. Please confirm the new times.`,
    };
  }
  return null;
}

function cancelledByAirlineTitle({ segments }: Booking): string {
  return segments.length === 1
    ? t`The airline cancelled your flight`
    : t`The airline cancelled one of your flights`;
}

function newTimesTitle({ segments }: Booking): string {
  if (segments.length === 1) return t`Your flight has new times`;
  const moved = segments.filter(({ schedule_change: change }) => change && !change.action);
  return moved.length > 1 ? t`Your flights have new times` : t`One of your flights has new times`;
}

function held(booking: Booking): StatusText {
  const { payment, payment_mode, payment_required_by: by } = booking;
  if (payment?.status === 'UNKNOWN') {
    return {
      tone: 'busy',
      title: t`Waiting for the payment`,
      detail: t`The payment provider has not answered yet and is asked again. You are never charged twice.`,
    };
  }
  if (isPaymentPending(booking) || payment_mode === 'token') {
    return { tone: 'busy', title: t`Paying`, detail: t`Your seats are kept while the card is charged.` };
  }
  if (!by) {
    return { tone: 'busy', title: t`The time to pay is over`, detail: t`The seats are being given back.` };
  }
  const time = browserClock(by);
  if (payment?.status === 'DECLINED') {
    return {
      tone: 'bad',
      title: t`The card was declined`,
      detail: `${declineText(payment.decline_code)} ${t`Nothing was charged. Your seats are kept until ${time}: try another card.`}`,
    };
  }
  return {
    tone: 'deadline',
    title: t`Your seats are held`,
    detail: t`They are kept until ${time}. Pay before then.`,
  };
}

/** The price is the present one: after a rebooking at a lower fare, it is less than the charge. */
function confirmedDetail({ rescued_at, payment, price_total, currency }: Booking): string {
  if (rescued_at) {
    return t`Your payment arrived after the hold had ended. The seats were still free, so they are yours.`;
  }
  if (payment) return t`The seats are yours, and ${{ price: money(price_total, currency) }} is paid.`;
  return t`The seats are yours. Keep the reference: it is what you need at the airport.`;
}

function cancelled(booking: Booking): StatusText {
  const { refund, payment, failure } = booking;
  if (failure?.code === 'flight_cancelled' || refund?.reason === 'flight_cancelled') {
    const detail = refund ? refundText(refund) : t`Nothing was paid, so there is nothing to refund.`;
    return { tone: 'bad', title: cancelledByAirlineTitle(booking), detail };
  }
  return { tone: 'neutral', title: t`Booking cancelled`, detail: cancelledDetail(booking, refund, payment) };
}

function cancelledDetail(booking: Booking, refund: Booking['refund'], payment: Booking['payment']): string {
  if (refund) return `${refundText(refund)}${feeText(booking.price_total, refund)}`;
  if (payment?.status === 'SUCCEEDED') {
    return t`Nothing is refunded: the cancellation fee is the whole ${{ price: money(payment.amount, payment.currency) }}.`;
  }
  if (isPaymentPending(booking))
    return t`A payment had begun: if your card is charged, all of it is refunded.`;
  return t`The seats are given back. Nothing was paid.`;
}

function expiredDetail(booking: Booking): string {
  if (booking.refund) {
    return `${t`Your payment came too late, and the seats were gone.`} ${refundText(booking.refund)}`;
  }
  if (isPaymentPending(booking)) {
    return t`Your payment is still being checked: if it went through, you get the seats or all of the money back.`;
  }
  return t`It was not paid in time, and the seats were given back. Nothing was charged.`;
}

function failed({ failure, payment, refund, segments }: Booking): StatusText {
  const text = failureText(failure?.code, segments.length);
  if (refund) return { tone: 'bad', title: text.title, detail: refundText(refund) };
  if (failure?.code === 'payment_declined') {
    return { tone: 'bad', ...text, detail: `${declineText(payment?.decline_code)} ${text.detail}` };
  }
  return { tone: 'bad', ...text };
}

function declineText(code: string | null | undefined): string {
  switch (code) {
    case 'insufficient_funds':
      return t`There is not enough money on the card.`;
    case 'invalid_token':
      return t`The payment provider does not know this card.`;
    default:
      return t`The bank refused the card.`;
  }
}

/** How much is refunded, and whether it has arrived. */
function refundText({ amount, currency, status }: Refund): string {
  const refunded = money(amount, currency);
  switch (status) {
    case 'SUCCEEDED':
      return t`${refunded} was refunded to your card.`;
    case 'FAILED':
      return t`The refund of ${refunded} did not go through. Our staff will take care of it.`;
    default:
      return t`${refunded} is on its way back to your card.`;
  }
}

function feeText(paid: string, refund: Refund): string {
  const fee = subtract(paid, refund.amount);
  return isZero(fee) ? '' : ` ${t`The fee was ${{ price: money(fee, refund.currency) }}.`}`;
}
