import { plural, t } from '@lingui/core/macro';
import { Plural, Trans } from '@lingui/react/macro';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Card } from '@/components/layout/card';
import { Notice } from '@/components/messages/notice';
import { ProblemNote } from '@/components/messages/problem-note';
import type { Booking } from '@/lib/api-types';
import { money, subtract } from '@/lib/money';
import { asProblem } from '@/lib/problem';
import css from './booking-fare.module.css';
import { fareQueries, useRebook } from './queries';
import { WatchButton } from './watch-button';

interface Props {
  booking: Booking;
  /** Loads the booking again. */
  onChanged: () => Promise<unknown>;
}

/** On the page of a confirmed booking: its present fare, a button that rebooks at a lower fare, and the fare watch. */
export function BookingFare({ booking, onChanged }: Props) {
  const fare = useQuery(fareQueries.ofBooking(booking.id));
  const watches = useQuery(fareQueries.watches());
  const rebook = useRebook(booking.id, onChanged);
  const known = fare.data;
  const total = known?.rebookable ? known.total : null;
  const refund = booking.refund?.reason === 'lower_fare' ? booking.refund : null;
  const { seats } = booking;
  const lower = total && known && money(total, known.currency);
  const booked = known && money(known.booked_total, known.currency);
  const back = total && known && money(subtract(known.booked_total, total), known.currency);
  const changed = asProblem(rebook.error).code === 'price_changed';

  return (
    <div className={css.fare} data-screen-only>
      {total && known && (
        <Card attention aria-labelledby="lower-fare">
          <h2 id="lower-fare">{t`Your fare is lower now`}</h2>
          <p>
            <Plural
              value={seats}
              one={
                <Trans>
                  Your seat costs <strong>{lower}</strong> now. You booked at {booked}.
                </Trans>
              }
              other={
                <Trans>
                  Your seats cost <strong>{lower}</strong> now. You booked at {booked}.
                </Trans>
              }
            />{' '}
            {booking.payment ? (
              <Plural
                value={seats}
                one={
                  <Trans>
                    Take the lower fare: you keep your seat, and <strong>{back}</strong> goes back to your
                    card.
                  </Trans>
                }
                other={
                  <Trans>
                    Take the lower fare: you keep your seats, and <strong>{back}</strong> goes back to your
                    card.
                  </Trans>
                }
              />
            ) : (
              plural(seats, {
                one: 'Take the lower fare: you keep your seat.',
                other: 'Take the lower fare: you keep your seats.',
              })
            )}
          </p>
          {changed && (
            <Notice>
              <p>{t`The fare has changed again, so nothing was rebooked. This is what it is now.`}</p>
            </Notice>
          )}
          {rebook.error && !changed && (
            <ProblemNote error={rebook.error} title={t`The booking was not rebooked.`} />
          )}
          <div>
            <Button
              loading={rebook.isPending || fare.isFetching}
              onClick={() => rebook.mutate({ amount: total, currency: known.currency })}
            >
              {t`Rebook at ${{ price: money(total, known.currency) }}`}
            </Button>
          </div>
        </Card>
      )}
      {rebook.isSuccess && !total && (
        <Notice role="status" title={t`Rebooked at the lower fare`}>
          <p>
            {t`Your booking costs ${{ price: money(booking.price_total, booking.currency) }} now, and your seats are the same.`}
            {refund &&
              ` ${t`${{ price: money(refund.amount, refund.currency) }} goes back to your card within a few days.`}`}
          </p>
        </Notice>
      )}
      {watches.data && (
        <WatchButton
          watchId={watches.data.find(({ booking_id }) => booking_id === booking.id)?.id}
          body={{ booking_id: booking.id }}
          confirmation={t`We will tell you when these flights cost less than you paid.`}
        />
      )}
    </div>
  );
}
