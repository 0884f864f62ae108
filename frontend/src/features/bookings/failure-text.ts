export interface Text {
  title: string;
  detail: string;
}

const OUR_FAULT: Text = {
  title: 'The booking did not work',
  detail: 'Something went wrong on our side. No seat is kept and nothing was charged.',
};

/** Why a booking failed after it was accepted, by the code of its failure. */
export function failureText(code: string | undefined, flightCount: number): Text {
  const one = flightCount === 1;
  switch (code) {
    case 'sold_out':
      return {
        title: 'Sold out before your turn',
        detail: `${one ? 'Another booking' : 'On one of the flights, another booking'} got the last seats first. No seat is kept and nothing was charged.`,
      };
    case 'flight_departed':
      return {
        title: one ? 'This flight has left' : 'One of these flights has left',
        detail: 'It departed before the booking could be made. Nothing was charged.',
      };
    case 'flight_cancelled':
      return {
        title: `The airline cancelled ${one ? 'this flight' : 'one of these flights'}`,
        detail: 'It can no longer be booked. Nothing was charged.',
      };
    case 'flight_not_found':
      return {
        title: one ? 'This flight no longer exists' : 'One of these flights no longer exists',
        detail: 'It was taken off the schedule. Nothing was charged.',
      };
    case 'payment_declined':
      return {
        title: 'The payment was declined',
        detail: 'Nothing was charged, and the seats were given back.',
      };
    case 'payment_timeout':
      return {
        title: 'The payment was not confirmed in time',
        detail: 'The seats were given back. If your card is charged after all, all of it is refunded.',
      };
    default:
      return OUR_FAULT;
  }
}
