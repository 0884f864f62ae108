import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Card } from '@/components/layout/card';
import { Notice } from '@/components/messages/notice';
import { ProblemNote } from '@/components/messages/problem-note';
import { money, subtract } from '@/lib/money';
import { asProblem } from '@/lib/problem';
import type { Booking } from '@/lib/wire';
import css from './booking-fare.module.css';
import { fareQueries, useRebook } from './queries';
import { WatchButton } from './watch-button';

interface Props {
  booking: Booking;
  /** Loads the booking again. */
  onChanged: () => Promise<unknown>;
}

/** On the page of a confirmed booking: its fare of now, a lower one to be taken in one step, and the watch. */
export function BookingFare({ booking, onChanged }: Props) {
  const fare = useQuery(fareQueries.ofBooking(booking.id));
  const watches = useQuery(fareQueries.watches());
  const rebook = useRebook(booking.id, onChanged);
  const known = fare.data;
  const total = known?.rebookable ? known.total : null;
  const refund = booking.refund?.reason === 'lower_fare' ? booking.refund : null;
  const changed = asProblem(rebook.error).code === 'price_changed';

  return (
    <div className={css.fare} data-screen-only>
      {total && known && (
        <Card attention aria-labelledby="lower-fare">
          <h2 id="lower-fare">Your fare is lower now</h2>
          <p>
            {booking.seats === 1 ? 'Your seat costs' : 'Your seats cost'}{' '}
            <strong>{money(total, known.currency)}</strong> now. You booked at{' '}
            {money(known.booked_total, known.currency)}. Take the lower fare: you keep your{' '}
            {booking.seats === 1 ? 'seat' : 'seats'}
            {booking.payment && (
              <>
                , and <strong>{money(subtract(known.booked_total, total), known.currency)}</strong> goes back
                to your card
              </>
            )}
            .
          </p>
          {changed && (
            <Notice>
              <p>The fare has changed again, so nothing was rebooked. This is what it is now.</p>
            </Notice>
          )}
          {rebook.error && !changed && (
            <ProblemNote error={rebook.error} title="The booking was not rebooked." />
          )}
          <div>
            <Button
              loading={rebook.isPending || fare.isFetching}
              onClick={() => rebook.mutate({ amount: total, currency: known.currency })}
            >
              Rebook at {money(total, known.currency)}
            </Button>
          </div>
        </Card>
      )}
      {rebook.isSuccess && !total && (
        <Notice role="status" title="Rebooked at the lower fare">
          <p>
            Your booking costs {money(booking.price_total, booking.currency)} now, and your seats are the
            same.
            {refund && ` ${money(refund.amount, refund.currency)} goes back to your card within a few days.`}
          </p>
        </Notice>
      )}
      {watches.data && (
        <WatchButton
          watchId={watches.data.find(({ booking_id }) => booking_id === booking.id)?.id}
          wanted={{ booking_id: booking.id }}
          told="We will tell you when these flights cost less than you paid."
        />
      )}
    </div>
  );
}
