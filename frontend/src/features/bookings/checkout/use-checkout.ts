import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { MAX_SEATS } from '@/components/controls/seat-count';
import {
  type BookingRequest,
  bodyOf,
  isLost,
  type PaymentChoice,
  useCreateBooking,
} from '@/features/bookings/api/create-booking';
import { bookingKeys } from '@/features/bookings/api/keys';
import { unansweredFor } from '@/features/bookings/api/lost-booking';
import { seatKeys } from '@/features/bookings/api/seats';
import { FIRST_CARD } from '@/features/bookings/payment/cards';
import {
  type GoneSeat,
  goneSeats,
  isPartial,
  type Picks,
  picksOf,
  seatNumbersOf,
  withoutGone,
} from '@/features/bookings/seats/picks';
import { useOneAtATime } from '@/lib/hooks/use-one-at-a-time';
import { useTimeReached } from '@/lib/hooks/use-time-reached';
import { asProblem } from '@/lib/problem';
import { useSession } from '@/lib/session';
import type { Booking, Flight, NewBooking } from '@/lib/wire';
import { keepDraft, keptDraft } from './kept-draft';
import { obstacleTo } from './obstacle';
import { totalOf } from './total';
import { faultsOf, passengersOf, serverFaults, travellersOf } from './traveller-request';
import type { Traveller, TravellerErrors } from './travellers';

interface Draft {
  travellers: Traveller[];
  payment: PaymentChoice;
  picks: Picks;
}

export type Checkout = ReturnType<typeof useCheckout>;

/**
 * The booking of some seats on one flight or several, while it is being put together and sent. `onRefused`: the flights are no longer as
 * this page knows them.
 */
export function useCheckout(flights: readonly Flight[], seats: number, onRefused: () => void) {
  const session = useSession();
  const signedOut = session.state === 'signed-out';
  const queries = useQueryClient();
  const ids = flights.map(({ id }) => id);
  const [draft, setDraft] = useState<Draft>(() => ({
    travellers: travellersOf(failedBookingOf(ids, queries)?.passengers ?? []),
    picks: {},
    ...keptDraft(ids),
    payment: { token: FIRST_CARD },
  }));
  const [gone, setGone] = useState<readonly GoneSeat[]>([]);
  const [partial, setPartial] = useState<readonly string[]>([]);
  const [faults, setFaults] = useState<TravellerErrors>({});
  const booking = useCreateBooking();
  const submit = useSubmit(booking.mutateAsync, onRefused);
  // Draws the page again when the first flight departs.
  useTimeReached(earliestDeparture(flights));
  const { code } = asProblem(booking.error);
  const obstacle = obstacleTo(flights, code);
  const available = Math.min(MAX_SEATS, ...flights.map(({ available_seats }) => available_seats));
  const own = draft.travellers.slice(0, seats);
  const request: BookingRequest = {
    flightIds: ids,
    seats,
    payment: draft.payment,
    expectedTotal: totalOf(flights, seats),
    passengers: passengersOf(own),
    seatNumbers: seatNumbersOf(draft.picks, ids, seats),
  };
  useResume(ids, signedOut, submit);

  // What the server says about travellers is shown at their fields.
  const refused = booking.error;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each refusal
  useEffect(() => {
    if (!refused) return;
    setFaults(serverFaults(asProblem(refused).errors, own));
    const lost = goneSeats(asProblem(refused));
    if (lost.length === 0) return;
    setGone(lost);
    // The others keep their seats.
    const next = { ...draft, picks: withoutGone(draft.picks, lost) };
    setDraft(next);
    keepDraft(ids, next);
    void queries.invalidateQueries({ queryKey: seatKeys.all() });
  }, [refused]);

  return {
    draft,
    setDraft(next: Draft) {
      setDraft(next);
      keepDraft(ids, next);
      setFaults({});
      setPartial([]);
      if (next.picks !== draft.picks && gone.every(({ flight_id }) => isWhole(next.picks, flight_id, seats)))
        setGone([]);
    },
    faults,
    /** Seats that somebody else has taken since they were picked here. */
    gone,
    /** Flights on which some travellers have a seat and others have none. */
    partial,
    request,
    booking,
    obstacle,
    /** Seats that can be booked. */
    available,
    signedOut,
    /** The sign-in has ended by itself, perhaps while somebody was filling in the form. */
    lapsed: session.state === 'signed-out' && session.because === 'lapsed',
    busy: booking.isPending || booking.isSuccess,
    /** The answer was lost: whether there is a booking is being found out. */
    unknown: booking.isPending && isLost(booking.failureReason),
    /** Whether there is something to fill in. */
    open: obstacle === null && seats <= available && !signedOut,
    book(changes: Partial<BookingRequest> = {}) {
      const wrong = faultsOf(own);
      const half = ids.filter((id) => isPartial(picksOf(draft.picks, id, seats)));
      setFaults(wrong);
      setPartial(half);
      if (Object.keys(wrong).length > 0 || half.length > 0 || hasNoCard(draft.payment)) return false;
      void submit(bodyOf({ ...request, ...changes }));
      return true;
    },
  };
}

/** A booking of the same flights that was not made, and that this window has shown: whoever tries again types no name twice. */
function failedBookingOf(ids: readonly string[], queries: QueryClient): Booking | undefined {
  const wanted = ids.join();
  const shown = queries.getQueriesData<{ booking: Booking }>({ queryKey: bookingKeys.details() });
  return shown
    .flatMap(([, data]) => data?.booking ?? [])
    .filter(({ status }) => status === 'FAILED' || status === 'EXPIRED')
    .findLast(({ segments }) => segments.map(({ flight }) => flight.id).join() === wanted);
}

/** Everybody has a seat there, or nobody. */
function isWhole(picks: Picks, flightId: string, seats: number): boolean {
  return !isPartial(picksOf(picks, flightId, seats));
}

function hasNoCard(payment: PaymentChoice): boolean {
  return payment !== null && 'token' in payment && payment.token === '';
}

/** Books once however often it is asked to, and goes to the booking. */
function useSubmit(create: ReturnType<typeof useCreateBooking>['mutateAsync'], onRefused: () => void) {
  const navigate = useNavigate();
  return useOneAtATime(async (body: NewBooking) => {
    const { booking_id } = await create(body, { onError: onRefused });
    await navigate({ to: '/bookings/$bookingId', params: { bookingId: booking_id } });
  });
}

/** After a reload while a booking was on its way: finds out what became of it, with the same key. */
function useResume(ids: readonly string[], signedOut: boolean, submit: (body: NewBooking) => void) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page has opened
  useEffect(() => {
    const body = signedOut ? null : unansweredFor(ids);
    if (body) submit(body);
  }, []);
}

function earliestDeparture(flights: readonly Flight[]): string {
  const instants = flights.map(({ departure_ts }) => Date.parse(departure_ts));
  return new Date(Math.min(...instants)).toISOString();
}
