import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/lib/client';
import { forgetIdempotencyKey, idempotencyKey } from '@/lib/idempotency-key';
import { asProblem } from '@/lib/problem';
import { RETRY } from '@/lib/query-client';
import type { NewBooking, Price } from '@/lib/wire';
import { bookingKeys } from './keys';

/** With a card at once, later while the seats are held, or not at all. */
export type PaymentChoice = { token: string } | { hold: true } | null;

export interface BookingRequest {
  /** In the order of travel: all of them are booked, or none. */
  flightIds: readonly string[];
  seats: number;
  payment: PaymentChoice;
  /** As many as are known. */
  passengerNames: readonly string[];
  /** What the page shows: at any other price nothing is booked. */
  expectedTotal: Price;
  /** The answer to the question whether the same flight was meant to be booked again. */
  allowDuplicate?: boolean;
}

/** Books. A lost answer is asked for again with the same idempotency key, so that there is one booking. */
export function useCreateBooking() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (request: BookingRequest) => {
      const body = bodyOf(request);
      return answer(
        api.POST('/api/v1/booking', {
          params: { header: { 'Idempotency-Key': idempotencyKey(JSON.stringify(body)) } },
          body,
        }),
      );
    },
    ...RETRY,
    onSuccess: (_, request) => {
      forgetIdempotencyKey(JSON.stringify(bodyOf(request)));
      return queries.invalidateQueries({ queryKey: bookingKeys.all() });
    },
    onError: (error, request) => {
      // While the error may be gone at the next try, the first request may still have been accepted: keep its key.
      if (!asProblem(error).retryable) forgetIdempotencyKey(JSON.stringify(bodyOf(request)));
    },
  });
}

function bodyOf(request: BookingRequest): NewBooking {
  const { flightIds, seats, payment, passengerNames, expectedTotal, allowDuplicate } = request;
  const [flightId, ...others] = flightIds;
  return {
    ...(flightId && others.length === 0 ? { flight_id: flightId } : { flight_ids: [...flightIds] }),
    seats,
    expected_total: expectedTotal,
    ...(payment && { payment }),
    ...(passengerNames.length > 0 && { passengers: passengerNames.map((name) => ({ name })) }),
    ...(allowDuplicate && { allow_duplicate: true }),
  };
}
