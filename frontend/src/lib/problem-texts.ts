import { t } from '@lingui/core/macro';
import { shownLanguage } from './language';

/** The texts of the server are English. In another language these texts replace them, by the code of the problem. */
const TEXT_BY_CODE: Readonly<Record<string, () => string>> = {
  already_paid: () => t`This booking is paid for.`,
  already_waiting: () => t`You are on the waiting list of this flight already.`,
  booking_not_found: () => t`There is no such booking of yours.`,
  cooling_down: () => t`You did not pay for a hold of this flight a moment ago. Pay at once, or wait.`,
  flight_cancelled: () => t`The airline cancelled this flight.`,
  flight_departed: () => t`This flight has left, so it cannot be booked any more.`,
  flight_not_found: () => t`This flight is not in the schedule any more.`,
  hold_expired: () => t`The hold has ended, and its seats are free for others.`,
  internal: () => t`Something went wrong on our side. Try again in a moment.`,
  moved_again: () => t`The flight was moved once more. Look at the new times.`,
  no_lower_fare: () => t`The fare is not lower any more.`,
  not_cancellable: () => t`This booking cannot be cancelled any more.`,
  not_payable: () => t`This booking cannot be paid for any more.`,
  not_ready: () => t`The server has too much to do just now. Try again in a moment.`,
  not_rebookable: () => t`This booking cannot be rebooked any more.`,
  not_watchable: () => t`The fare of this booking cannot be watched any more.`,
  overloaded: () => t`The server has too much to do just now. Try again in a moment.`,
  passengers_fixed: () => t`The names cannot be changed any more.`,
  payment_in_progress: () => t`A payment is being made. If it is declined, you can try another card.`,
  rate_limited: () => t`These were too many requests. Wait a moment, and try again.`,
  seat_taken: () => t`Somebody else has just taken one of these seats.`,
  seats_available: () => t`There are free seats: you can book at once.`,
  seats_fixed: () => t`The seats cannot be changed any more.`,
  sold_out: () => t`Fewer seats are left than you asked for.`,
  too_many_fare_watches: () => t`You watch as many fares as one traveller may watch.`,
  too_many_seats: () => t`You have as many seats on this flight as one traveller may have.`,
  too_many_waiting: () => t`These were too many requests. Wait a moment, and try again.`,
  unavailable: () => t`The server has too much to do just now. Try again in a moment.`,
  validation: () => t`Something that was entered cannot be used.`,
};

/** The same for a field: by the end of its pointer, and the code of the error. */
const TEXT_BY_FIELD: Readonly<Record<string, () => string>> = {
  'contact too_short': () => t`Enter an e-mail address or a telephone number.`,
  'date_of_birth in_the_future': () => t`This day has not come yet.`,
  'date_of_birth out_of_range': () => t`This day is too long ago.`,
  'email bad_format': () => t`This is not an e-mail address, such as asha@example.com.`,
  'name bad_format': () => t`This name has a character that cannot be used.`,
  'name no_surname': () => t`The name needs a surname, which is its last word.`,
};

/** The text instead of the server's; undefined if the server's text is used. */
export function translatedProblemText(code: string): string | undefined {
  return isEnglish() ? undefined : TEXT_BY_CODE[code]?.();
}

export function translatedFieldText(pointer: string, code: string): string | undefined {
  return isEnglish() ? undefined : TEXT_BY_FIELD[`${pointer.split('/').at(-1)} ${code}`]?.();
}

function isEnglish(): boolean {
  return shownLanguage() === 'en';
}
