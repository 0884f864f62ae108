import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { NewBooking, Price } from '@/lib/api-types';
import { api, unwrap } from '@/lib/client';
import { clearIdempotencyKey, idempotencyKey } from '@/lib/idempotency-key';
import { asProblem } from '@/lib/problem';
import { RETRY } from '@/lib/query-client';
import { bookingKeys } from './keys';
import { clearPendingRequest, storePendingRequest } from './pending-request';

/** Pay by card now, hold the seats and pay later, or no payment. */
export type PaymentChoice = { token: string } | { hold: true } | null;

export interface BookingRequest {
  /** In the order of travel: all of them are booked, or none. */
  flightIds: readonly string[];
  seats: number;
  payment: PaymentChoice;
  /** Those who are named. */
  passengers: NonNullable<NewBooking['passengers']>;
  /** The price on the page. The server books at no other price. */
  expectedTotal: Price;
  /** For each flight a list with one seat for each traveller, or an empty list. Undefined if nobody has picked a seat. */
  seatNumbers?: string[][] | undefined;
  /** The traveller has confirmed that the same flight should be booked again. */
  allowDuplicate?: boolean;
}

/** The longest time before a request is repeated whose response was lost. */
const LOST_RESPONSE_RETRY_MS = 4_000;

/** There was no response, so it is not known whether the booking was accepted. */
export function isResponseLost(error: unknown): boolean {
  return error !== null && asProblem(error).code === 'network';
}

/**
 * Sends a booking. If the response is lost, the request is repeated with the same idempotency key until there is a response, so that there is
 * one booking, and its result is known.
 */
export function useCreateBooking() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (body: NewBooking) => {
      storePendingRequest(body);
      return unwrap(
        api.POST('/api/v1/booking', {
          params: { header: { 'Idempotency-Key': idempotencyKey(JSON.stringify(body)) } },
          body,
        }),
      );
    },
    retry: (failures, error) => isResponseLost(error) || RETRY.retry(failures, error),
    retryDelay: (failures, error) =>
      Math.min(RETRY.retryDelay(failures, error), isResponseLost(error) ? LOST_RESPONSE_RETRY_MS : Infinity),
    onSuccess: (_, body) => {
      clearPendingRequest();
      clearIdempotencyKey(JSON.stringify(body));
      return queries.invalidateQueries({ queryKey: bookingKeys.all() });
    },
    onError: (error, body) => {
      clearPendingRequest();
      // While the error may be gone at the next try, the first request may still have been accepted: keep its key.
      if (!asProblem(error).retryable) clearIdempotencyKey(JSON.stringify(body));
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
