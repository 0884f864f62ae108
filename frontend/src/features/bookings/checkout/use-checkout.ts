import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { MAX_SEATS } from '@/components/controls/seat-count';
import {
  type BookingRequest,
  bodyOf,
  isResponseLost,
  type PaymentChoice,
  useCreateBooking,
} from '@/features/bookings/api/create-booking';
import { bookingKeys } from '@/features/bookings/api/keys';
import { pendingRequestFor } from '@/features/bookings/api/pending-request';
import { seatKeys } from '@/features/bookings/api/seats';
import { FIRST_CARD } from '@/features/bookings/payment/cards';
import {
  isPartial,
  type Picks,
  picksOf,
  seatNumbersOf,
  type TakenSeat,
  takenSeats,
  withoutTaken,
} from '@/features/bookings/seats/picks';
import type { Booking, Flight, NewBooking } from '@/lib/api-types';
import { useOneAtATime } from '@/lib/hooks/use-one-at-a-time';
import { useTimeReached } from '@/lib/hooks/use-time-reached';
import { asProblem } from '@/lib/problem';
import { useSession } from '@/lib/session';
import { loadDraft, saveDraft } from './draft-storage';
import { obstacleTo } from './obstacle';
import { totalOf } from './total';
import {
  passengersOf,
  serverTravellerErrors,
  travellerErrors,
  travellersOf,
} from './travellers/traveller-request';
import type { Traveller, TravellerErrors } from './travellers/travellers';

interface Draft {
  travellers: Traveller[];
  payment: PaymentChoice;
  picks: Picks;
}

export type Checkout = ReturnType<typeof useCheckout>;

/**
 * The state of the checkout: the draft of a booking of one flight or several, its errors, and `book`, which sends it. `onRefused` is called when
 * the server refuses it, because the flights may have changed.
 */
export function useCheckout(flights: readonly Flight[], seats: number, onRefused: () => void) {
  const session = useSession();
  const signedOut = session.state === 'signed-out';
  const queries = useQueryClient();
  const ids = flights.map(({ id }) => id);
  const [draft, setDraft] = useState<Draft>(() => ({
    travellers: travellersOf(failedBookingOf(ids, queries)?.passengers ?? []),
    picks: {},
    ...loadDraft(ids),
    payment: { token: FIRST_CARD },
  }));
  const [taken, setTaken] = useState<readonly TakenSeat[]>([]);
  const [partial, setPartial] = useState<readonly string[]>([]);
  const [errors, setErrors] = useState<TravellerErrors>({});
  const booking = useCreateBooking();
  const submit = useSubmit(booking.mutateAsync, onRefused);
  // Renders the page again when the first flight departs.
  useTimeReached(earliestDeparture(flights));
  const { code } = asProblem(booking.error);
  const obstacle = obstacleTo(flights, code);
  const available = Math.min(MAX_SEATS, ...flights.map(({ available_seats }) => available_seats));
  const travellers = draft.travellers.slice(0, seats);
  const request: BookingRequest = {
    flightIds: ids,
    seats,
    payment: draft.payment,
    expectedTotal: totalOf(flights, seats),
    passengers: passengersOf(travellers),
    seatNumbers: seatNumbersOf(draft.picks, ids, seats),
  };
  useResendPending(ids, signedOut, submit);

  // The server's errors about travellers are shown at their fields.
  const refused = booking.error;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each refusal
  useEffect(() => {
    if (!refused) return;
    setErrors(serverTravellerErrors(asProblem(refused).errors, travellers));
    const nowTaken = takenSeats(asProblem(refused));
    if (nowTaken.length === 0) return;
    setTaken(nowTaken);
    // The other travellers keep their seats.
    const next = { ...draft, picks: withoutTaken(draft.picks, nowTaken) };
    setDraft(next);
    saveDraft(ids, next);
    void queries.invalidateQueries({ queryKey: seatKeys.all() });
  }, [refused]);

  return {
    draft,
    setDraft(next: Draft) {
      setDraft(next);
      saveDraft(ids, next);
      setErrors({});
      setPartial([]);
      if (next.picks !== draft.picks && taken.every(({ flight_id }) => isWhole(next.picks, flight_id, seats)))
        setTaken([]);
    },
    errors,
    /** Seats that another booking has taken since they were picked here. */
    taken,
    /** Flights on which some travellers have a seat and others have none. */
    partial,
    request,
    booking,
    obstacle,
    /** Seats that can be booked. */
    available,
    signedOut,
    /** The session has expired, for example while the form was being filled in. */
    sessionExpired: session.state === 'signed-out' && session.because === 'expired',
    busy: booking.isPending || booking.isSuccess,
    /** The response was lost, and the request is being repeated: it is not known yet whether there is a booking. */
    outcomeUnknown: booking.isPending && isResponseLost(booking.failureReason),
    /** Whether the form is shown. */
    isFormShown: obstacle === null && seats <= available && !signedOut,
    book(changes: Partial<BookingRequest> = {}) {
      const found = travellerErrors(travellers);
      const unfinished = ids.filter((id) => isPartial(picksOf(draft.picks, id, seats)));
      setErrors(found);
      setPartial(unfinished);
      if (Object.keys(found).length > 0 || unfinished.length > 0 || hasNoCard(draft.payment)) return false;
      void submit(bodyOf({ ...request, ...changes }));
      return true;
    },
  };
}

/** The last booking of the same flights that failed or expired and that this window has shown. Its passengers are filled in for the next attempt. */
function failedBookingOf(ids: readonly string[], queries: QueryClient): Booking | undefined {
  const wanted = ids.join();
  const shown = queries.getQueriesData<{ booking: Booking }>({ queryKey: bookingKeys.details() });
  return shown
    .flatMap(([, data]) => data?.booking ?? [])
    .filter(({ status }) => status === 'FAILED' || status === 'EXPIRED')
    .findLast(({ segments }) => segments.map(({ flight }) => flight.id).join() === wanted);
}

/** Every traveller has a seat on the flight, or none has one. */
function isWhole(picks: Picks, flightId: string, seats: number): boolean {
  return !isPartial(picksOf(picks, flightId, seats));
}

function hasNoCard(payment: PaymentChoice): boolean {
  return payment !== null && 'token' in payment && payment.token === '';
}

/** Sends the booking, one request at a time, and then opens its page. */
function useSubmit(create: ReturnType<typeof useCreateBooking>['mutateAsync'], onRefused: () => void) {
  const navigate = useNavigate();
  return useOneAtATime(async (body: NewBooking) => {
    const { booking_id } = await create(body, { onError: onRefused });
    await navigate({ to: '/bookings/$bookingId', params: { bookingId: booking_id } });
  });
}

/** After a reload, sends the request again that had no response, with the same idempotency key, to get its result. */
function useResendPending(ids: readonly string[], signedOut: boolean, submit: (body: NewBooking) => void) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page has opened
  useEffect(() => {
    const body = signedOut ? null : pendingRequestFor(ids);
    if (body) submit(body);
  }, []);
}

function earliestDeparture(flights: readonly Flight[]): string {
  const instants = flights.map(({ departure_ts }) => Date.parse(departure_ts));
  return new Date(Math.min(...instants)).toISOString();
}
