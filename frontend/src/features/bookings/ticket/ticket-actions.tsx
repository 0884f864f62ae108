import { t } from '@lingui/core/macro';
import { Button } from '@mantine/core';
import { DownloadButton } from '@/components/controls/download-button';
import { CalendarIcon, DownloadIcon, PrintIcon } from '@/components/icons';
import type { Booking } from '@/lib/api-types';
import css from './ticket-actions.module.css';

/** Buttons to download or print the ticket. Only a confirmed booking has a ticket. */
export function TicketActions({ booking: { id, reference, status } }: { booking: Booking }) {
  if (status !== 'CONFIRMED') return null;
  const address = `/api/v1/bookings/${id}`;
  return (
    <section className={css.actions} aria-label={t`Take it with you`} data-screen-only>
      <DownloadButton
        path={`${address}/ticket.pdf`}
        name={`ticket-${reference}.pdf`}
        icon={<DownloadIcon size={18} />}
      >
        {t`Download ticket`}
      </DownloadButton>
      <DownloadButton
        path={`${address}/calendar.ics`}
        name={`flights-${reference}.ics`}
        icon={<CalendarIcon size={18} />}
      >
        {t`Add to calendar`}
      </DownloadButton>
      <Button
        variant="default"
        size="sm"
        leftSection={<PrintIcon size={18} />}
        onClick={() => window.print()}
      >
        {t`Print`}
      </Button>
    </section>
  );
}
