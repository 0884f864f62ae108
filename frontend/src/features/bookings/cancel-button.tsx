import { Button, Group, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { ProblemNote } from '@/components/problem-note';
import { asProblem } from '@/lib/problem';
import type { Booking } from '@/lib/wire';
import { useCancellation, useCancellationQuote } from './api';
import css from './cancel-button.module.css';
import { QuoteSum } from './quote-sum';

/** Refusals after which the traveller is asked again, with what cancelling gives back by now. */
const OUTDATED = new Set(['quote_expired', 'quote_superseded']);

interface Props {
  booking: Booking;
  children?: string;
}

/** Says what cancelling gives back, and cancels for exactly that. Its refusal outlives the button. */
export function CancelButton({ booking, children = 'Cancel booking' }: Props) {
  const [asking, { open, close }] = useDisclosure(false);
  const quote = useCancellationQuote(booking.id);
  const cancel = useCancellation(booking.id);
  const seats = ['The seat goes', 'Both seats go'][booking.seats - 1] ?? `All ${booking.seats} seats go`;
  const outdated = OUTDATED.has(asProblem(cancel.error).code);

  function ask() {
    cancel.reset();
    quote.mutate();
    open();
  }

  function confirm(quoteId: string) {
    cancel.mutate(quoteId, {
      onSuccess: close,
      onError: (error) => {
        if (OUTDATED.has(asProblem(error).code)) quote.mutate();
      },
    });
  }

  return (
    <>
      {booking.available_actions.includes('cancel') && (
        <Button variant="default" onClick={ask}>
          {children}
        </Button>
      )}
      <Modal.Root opened={asking} onClose={close} centered>
        <Modal.Overlay />
        <Modal.Content radius="lg">
          <Modal.Body className={css.body}>
            <Modal.Title className={css.title}>Cancel {booking.reference}?</Modal.Title>
            {outdated && (
              <p className={css.news} role="alert">
                What cancelling gives back was out of date, so nothing was cancelled. This is what it is now.
              </p>
            )}
            <QuoteSum quote={quote.data} failed={quote.error} onRetry={() => quote.mutate()} />
            <p>{seats} back on sale at once. This cannot be undone.</p>
            {cancel.error && !outdated && (
              <ProblemNote error={cancel.error} title="The booking was not cancelled." />
            )}
            <Group justify="flex-end">
              <Button variant="default" onClick={close} data-autofocus>
                Keep it
              </Button>
              <Button
                color="#a92419"
                disabled={!quote.data}
                loading={cancel.isPending}
                onClick={() => quote.data && confirm(quote.data.id)}
              >
                Cancel booking
              </Button>
            </Group>
          </Modal.Body>
        </Modal.Content>
      </Modal.Root>
    </>
  );
}
