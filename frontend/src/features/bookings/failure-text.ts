import { t } from '@lingui/core/macro';
export interface Text {
  title: string;
  detail: string;
}

/** Why a booking failed after it was accepted, by the code of its failure. */
export function failureText(code: string | undefined, flightCount: number): Text {
  const one = flightCount === 1;
  switch (code) {
    case 'sold_out':
      return {
        title: t`Sold out before your turn`,
        detail: one
          ? t`Another booking got the last seats first. No seat is kept and nothing was charged.`
          : t`On one of the flights, another booking got the last seats first. No seat is kept and nothing was charged.`,
      };
    case 'flight_departed':
      return {
        title: one ? t`This flight has left` : t`One of these flights has left`,
        detail: t`It departed before the booking could be made. Nothing was charged.`,
      };
    case 'flight_cancelled':
      return {
        title: one ? t`The airline cancelled this flight` : t`The airline cancelled one of these flights`,
        detail: t`It can no longer be booked. Nothing was charged.`,
      };
    case 'flight_not_found':
      return {
        title: one ? t`This flight no longer exists` : t`One of these flights no longer exists`,
        detail: t`It was taken off the schedule. Nothing was charged.`,
      };
    case 'payment_declined':
      return {
        title: t`The payment was declined`,
        detail: t`Nothing was charged, and the seats were given back.`,
      };
    case 'payment_timeout':
      return {
        title: t`The payment was not confirmed in time`,
        detail: t`The seats were given back. If your card is charged after all, all of it is refunded.`,
      };
    default:
      return {
        title: t`The booking did not work`,
        detail: t`Something went wrong on our side. No seat is kept and nothing was charged.`,
      };
  }
}
