import { Button, Group, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { ProblemNote } from '@/components/problem-note';
import type { Booking } from '@/lib/wire';
import { useCancel } from './api';
import css from './cancel-button.module.css';

/** Asks once, then cancels. */
export function CancelButton({ booking }: { booking: Booking }) {
  const [asking, { open, close }] = useDisclosure(false);
  const cancel = useCancel();
  const seats = ['The seat goes', 'Both seats go'][booking.seats - 1] ?? `All ${booking.seats} seats go`;
  return (
    <>
      <Button variant="default" onClick={open}>
        Cancel booking
      </Button>
      <Modal.Root opened={asking} onClose={close} centered>
        <Modal.Overlay />
        <Modal.Content radius="lg">
          <Modal.Body className={css.body}>
            <Modal.Title className={css.title}>Cancel {booking.reference}?</Modal.Title>
            <p>{seats} back on sale at once. This cannot be undone.</p>
            {cancel.error && <ProblemNote error={cancel.error} title="The booking was not cancelled." />}
            <Group justify="flex-end">
              <Button variant="default" onClick={close} data-autofocus>
                Keep it
              </Button>
              <Button
                color="#a92419"
                loading={cancel.isPending}
                onClick={() => cancel.mutate(booking, { onSuccess: close })}
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
