import { Button, Group } from '@mantine/core';
import { useEffect } from 'react';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import { Dialog } from '@/features/operations/parts/dialog';
import { Facts } from '@/features/operations/parts/facts';
import css from '@/features/operations/parts/pieces.module.css';
import { money } from '@/lib/money';
import type { Booking } from '@/lib/wire';
import { useConfirmQuote, useQuote } from './queries';

interface Props {
  booking: Booking;
  username: string;
  onClose: () => void;
}

/** Cancels a booking on behalf of its traveller: first what goes back, then the confirmation of exactly that. */
export function CancelBooking({ booking, username, onClose }: Props) {
  const quote = useQuote(booking.id);
  const confirm = useConfirmQuote();
  const { mutate: ask } = quote;
  useEffect(() => ask(), [ask]);
  return (
    <Dialog title={`Cancel ${booking.reference}`} onClose={onClose}>
      <div className={css.form}>
        {quote.data ? (
          <Facts
            facts={[
              ['Booked by', username],
              ['Seats that become free', booking.seats],
              ['Goes back', money(quote.data.refund_amount, quote.data.currency)],
              ['Fee that is kept', money(quote.data.fee_amount, quote.data.currency)],
            ]}
          />
        ) : (
          <QueryFallback
            query={{ error: quote.error, isFetching: quote.isPending, refetch: () => quote.mutate() }}
            loading="Asking what goes back"
            failed="What goes back could not be found out."
            heights={[90]}
          />
        )}
        <p>The booking ends for its traveller, who is told. It stands in the audit log under your name.</p>
        {confirm.isError && <ProblemNote error={confirm.error} title="The booking was not cancelled." />}
        <Group justify="flex-end">
          <Button size="sm" variant="default" data-autofocus onClick={onClose}>
            Keep the booking
          </Button>
          <Button
            size="sm"
            color="red"
            disabled={!quote.data}
            loading={confirm.isPending}
            onClick={() => quote.data && confirm.mutate(quote.data.id, { onSuccess: onClose })}
          >
            {quote.data
              ? `Cancel, and refund ${money(quote.data.refund_amount, quote.data.currency)}`
              : 'Cancel the booking'}
          </Button>
        </Group>
      </div>
    </Dialog>
  );
}
