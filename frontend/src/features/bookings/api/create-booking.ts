import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/lib/client';
import { forgetIdempotencyKey, idempotencyKey } from '@/lib/idempotency-key';
import { asProblem } from '@/lib/problem';
import { RETRY } from '@/lib/query-client';
import type { NewBooking, Price } from '@/lib/wire';
import { bookingKeys } from './keys';
import { forgetUnanswered, rememberUnanswered } from './lost-booking';

/** With a card at once, later while the seats are held, or not at all. */
export type PaymentChoice = { token: string } | { hold: true } | null;

export interface BookingRequest {
  /** In the order of travel: all of them are booked, or none. */
  flightIds: readonly string[];
  seats: number;
  payment: PaymentChoice;
  /** As many as are known. */
  passengers: NonNullable<NewBooking['passengers']>;
  /** What the page shows: at any other price nothing is booked. */
  expectedTotal: Price;
  /** For each flight one for each traveller, or none; nothing where nobody has picked one. */
  seatNumbers?: string[][] | undefined;
  /** The answer to the question whether the same flight was meant to be booked again. */
  allowDuplicate?: boolean;
}

/** How long to wait before a lost answer is asked for again, in milliseconds. */
const ASK_AGAIN_MS = 4_000;

/** No answer came: nobody knows whether there is a booking. */
export function isLost(error: unknown): boolean {
  return error !== null && asProblem(error).code === 'network';
}

/**
 * Books. A lost answer is asked for again with the same idempotency key until it comes, so that there is one booking, and what became of
 * it is known.
 */
export function useCreateBooking() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (body: NewBooking) => {
      rememberUnanswered(body);
      return answer(
        api.POST('/api/v1/booking', {
          params: { header: { 'Idempotency-Key': idempotencyKey(JSON.stringify(body)) } },
          body,
        }),
      );
    },
    retry: (failures, error) => isLost(error) || RETRY.retry(failures, error),
    retryDelay: (failures, error) =>
      Math.min(RETRY.retryDelay(failures, error), isLost(error) ? ASK_AGAIN_MS : Infinity),
    onSuccess: (_, body) => {
      forgetUnanswered();
      forgetIdempotencyKey(JSON.stringify(body));
      return queries.invalidateQueries({ queryKey: bookingKeys.all() });
    },
    onError: (error, body) => {
      forgetUnanswered();
      // While the error may be gone at the next try, the first request may still have been accepted: keep its key.
      if (!asProblem(error).retryable) forgetIdempotencyKey(JSON.stringify(body));
    },
  });
}

export function bodyOf(request: BookingRequest): NewBooking {
  const { flightIds, seats, payment, passengers, expectedTotal, seatNumbers, allowDuplicate } = request;
  const [flightId, ...others] = flightIds;
  return {
    ...(flightId && others.length === 0 ? { flight_id: flightId } : { flight_ids: [...flightIds] }),
    seats,
    expected_total: expectedTotal,
    ...(payment && { payment }),
    ...(passengers.length > 0 && { passengers }),
    ...(seatNumbers && { seat_numbers: seatNumbers }),
    ...(allowDuplicate && { allow_duplicate: true }),
  };
}
