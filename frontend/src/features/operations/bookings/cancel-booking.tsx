import { Button, Group } from '@mantine/core';
import { useEffect } from 'react';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import { DescriptionList } from '@/features/operations/components/description-list';
import { Dialog } from '@/features/operations/components/dialog';
import css from '@/features/operations/components/shared.module.css';
import type { Booking } from '@/lib/api-types';
import { money } from '@/lib/money';
import { useConfirmQuote, useQuote } from './queries';

interface Props {
  booking: Booking;
  username: string;
  onClose: () => void;
}

/** Cancels a booking on behalf of its traveller: shows the refund first, and cancels for exactly that refund. */
export function CancelBooking({ booking, username, onClose }: Props) {
  const quote = useQuote(booking.id);
  const confirm = useConfirmQuote();
  const { mutate: requestQuote } = quote;
  useEffect(() => requestQuote(), [requestQuote]);
  return (
    <Dialog title={`Cancel ${booking.reference}`} onClose={onClose}>
      <div className={css.form}>
        {quote.data ? (
          <DescriptionList
            items={[
              ['Booked by', username],
              ['Seats that become free', booking.seats],
              ['Refund', money(quote.data.refund_amount, quote.data.currency)],
              ['Fee that is kept', money(quote.data.fee_amount, quote.data.currency)],
            ]}
          />
        ) : (
          <QueryFallback
            query={{ error: quote.error, isFetching: quote.isPending, refetch: () => quote.mutate() }}
            loading="Calculating the refund"
            failed="The refund could not be calculated."
            heights={[90]}
          />
        )}
        <p>The booking ends, and its traveller is informed. The audit log records it with your name.</p>
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
