import { plural, t } from '@lingui/core/macro';
import { Button, Group, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Notice } from '@/components/messages/notice';
import { ProblemNote } from '@/components/messages/problem-note';
import { useCancelBooking, useCancellationQuote } from '@/features/bookings/api/change-booking';
import { isCancellable } from '@/features/bookings/booking-state';
import { showOutcome } from '@/features/bookings/show-outcome';
import type { Booking } from '@/lib/api-types';
import { asProblem } from '@/lib/problem';
import css from './cancel-button.module.css';
import { RefundQuote } from './refund-quote';

/** The quote that was confirmed no longer holds: a new one is shown and has to be confirmed. */
const OUTDATED = new Set(['quote_expired', 'quote_superseded']);

interface Props {
  booking: Booking;
  children?: string;
}

/** Opens a dialog with a quote of the refund, and cancels for exactly that refund. The dialog stays open if the booking becomes uncancellable meanwhile. */
export function CancelButton({ booking, children }: Props) {
  const [opened, { open, close }] = useDisclosure(false);
  const quote = useCancellationQuote(booking.id);
  const cancellation = useCancelBooking();
  const outdated = OUTDATED.has(asProblem(cancellation.error).code);

  function openWithQuote() {
    cancellation.reset();
    quote.mutate();
    open();
  }

  function confirm(quoteId: string) {
    cancellation.mutate(quoteId, {
      onSuccess() {
        close();
        showOutcome();
      },
      onError: (error) => {
        if (OUTDATED.has(asProblem(error).code)) quote.mutate();
      },
    });
  }

  return (
    <>
      {isCancellable(booking) && (
        <Button variant="default" onClick={openWithQuote}>
          {children ?? t`Cancel booking`}
        </Button>
      )}
      <Modal.Root opened={opened} onClose={close} centered returnFocus={!cancellation.isSuccess}>
        <Modal.Overlay />
        <Modal.Content radius="lg">
          <Modal.Body className={css.body}>
            <Modal.Title
              className={css.title}
            >{t`Cancel booking ${{ reference: booking.reference }}?`}</Modal.Title>
            {outdated && (
              <Notice>
                <p>{t`The refund has changed, so nothing was cancelled. This is what it is now.`}</p>
              </Notice>
            )}
            <RefundQuote quote={quote.data} error={quote.error} onRetry={() => quote.mutate()} />
            <p>
              {wholeText(booking)} {backOnSale(booking.seats)} {t`This cannot be undone.`}
            </p>
            {cancellation.error && !outdated && (
              <ProblemNote error={cancellation.error} title={t`The booking was not cancelled.`} />
            )}
            <Group justify="flex-end">
              <Button variant="default" onClick={close} data-autofocus>
                {t`Keep booking`}
              </Button>
              <Button
                color="var(--danger)"
                disabled={!quote.data}
                loading={cancellation.isPending}
                onClick={() => quote.data && confirm(quote.data.id)}
              >
                {t`Cancel booking`}
              </Button>
            </Group>
          </Modal.Body>
        </Modal.Content>
      </Modal.Root>
    </>
  );
}

/** Says that a booking is always cancelled as a whole. */
function wholeText({ segments, seats }: Booking): string {
  const flights = segments.length;
  if (flights === 1 && seats === 1) return '';
  const whole =
    flights === 1
      ? oneFlightText(seats)
      : flights === 2
        ? bothFlightsText(seats)
        : allFlightsText(flights, seats);
  return `${whole} ${t`It is not possible to cancel only a part of a booking.`}`;
}

function oneFlightText(seats: number): string {
  return plural(seats, {
    2: 'The flight will be cancelled for both travellers.',
    one: 'The flight will be cancelled for # traveller.',
    other: 'The flight will be cancelled for all # travellers.',
  });
}

function bothFlightsText(seats: number): string {
  return plural(seats, {
    1: 'Both flights will be cancelled.',
    2: 'Both flights will be cancelled for both travellers.',
    one: 'Both flights will be cancelled for # traveller.',
    other: 'Both flights will be cancelled for all # travellers.',
  });
}

function allFlightsText(flights: number, seats: number): string {
  return plural(seats, {
    1: `All ${flights} flights will be cancelled.`,
    2: `All ${flights} flights will be cancelled for both travellers.`,
    one: `All ${flights} flights will be cancelled for # traveller.`,
    other: `All ${flights} flights will be cancelled for all # travellers.`,
  });
}

function backOnSale(seats: number): string {
  return plural(seats, {
    2: 'Both seats go back on sale at once.',
    one: 'The seat goes back on sale at once.',
    other: 'All # seats go back on sale at once.',
  });
}
