import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { LinkButton } from '@/components/controls/link-button';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import type { StaffBooking } from '@/features/operations/api-types';
import { AuditEntries } from '@/features/operations/audit-entries';
import { PageHeader } from '@/features/operations/components/console';
import consoleCss from '@/features/operations/components/console.module.css';
import { DescriptionList } from '@/features/operations/components/description-list';
import { formatTime } from '@/features/operations/components/format';
import { disabledUnless } from '@/features/operations/components/read-only';
import css from '@/features/operations/components/shared.module.css';
import { StatusBadge } from '@/features/operations/components/status-badge';
import { Table } from '@/features/operations/components/table';
import { localTimeText } from '@/features/operations/flights/local-time-text';
import { useReloadOnEvents } from '@/features/operations/live-updates';
import { money } from '@/lib/money';
import { CancelBooking } from './cancel-booking';
import { Ledger } from './ledger';
import { bookingQueries, useSendMailAgain } from './queries';
import { Waterfall } from './waterfall';

const route = getRouteApi('/operations/bookings/$bookingId');
const MAIL_COLUMNS = [
  { name: 'Written' },
  { name: 'Subject' },
  { name: 'To' },
  { name: 'Status' },
  { name: 'Error' },
];

/** One booking as the staff see it: its timeline, its payments, its mails, and who changed it. */
export function Booking({ mayChange }: { mayChange: boolean }) {
  const { bookingId } = route.useParams();
  const queries = useQueryClient();
  const isLive = useReloadOnEvents([`booking:${bookingId}`], () =>
    queries.invalidateQueries({ queryKey: bookingQueries.detail(bookingId).queryKey }),
  );
  const query = useQuery(bookingQueries.detail(bookingId, isLive));
  if (!query.data) {
    return (
      <>
        <PageHeader title="Booking" />
        <QueryFallback
          query={query}
          loading="Loading the booking"
          failed="The booking could not be loaded."
          heights={[180, 240]}
        />
      </>
    );
  }
  return <LoadedBooking of={query.data} mayChange={mayChange} />;
}

function LoadedBooking({
  of: { booking, user, ledger, totals, mails },
  mayChange,
}: {
  of: StaffBooking;
  mayChange: boolean;
}) {
  const [isCancelling, cancel] = useDisclosure(false);
  const sendMail = useSendMailAgain(booking.id);
  return (
    <>
      <Link to="/operations/bookings" search={{}} className={css.back}>
        All bookings
      </Link>
      <PageHeader title={booking.reference}>
        <Button
          size="xs"
          variant="default"
          loading={sendMail.isPending}
          {...disabledUnless(mayChange)}
          onClick={() => sendMail.mutate(undefined)}
        >
          Send the mail again
        </Button>
        {mayChange && hasSeatNumbers(booking) && (
          <LinkButton
            size="xs"
            variant="default"
            to="/bookings/$bookingId"
            params={{ bookingId: booking.id }}
            hash="change-seats"
          >
            Change seats
          </LinkButton>
        )}
        {booking.available_actions.includes('cancel') && (
          <Button
            size="xs"
            variant="default"
            c="var(--danger)"
            {...disabledUnless(mayChange)}
            onClick={cancel.open}
          >
            Cancel on behalf…
          </Button>
        )}
      </PageHeader>
      {sendMail.isError && <ProblemNote error={sendMail.error} title="No mail is sent." />}
      {sendMail.data && (
        <p role="status" className={consoleCss.well}>
          A new mail ({sendMail.data.kind.replaceAll('_', ' ')}) is written to {sendMail.data.address}.
        </p>
      )}
      <div className={css.panels}>
        <section className={css.panel} aria-label="Booking">
          <DescriptionList
            items={[
              ['Status', <StatusBadge key="status" status={booking.status} />],
              ...(booking.failure ? [['Why', booking.failure.message] as const] : []),
              [
                'Account',
                user.email && user.email !== user.username
                  ? `${user.username}, ${user.email}`
                  : user.username,
              ],
              ['Seats', booking.seats],
              ['Travellers', booking.passengers.map(({ name }) => name).join(', ') || 'not named'],
              ['Price', money(booking.price_total, booking.currency)],
              ['Payment', booking.payment_mode],
              ['Held until', booking.hold_expires_at ? formatTime(booking.hold_expires_at) : '–'],
              ['Id', <code key="id">{booking.id}</code>],
            ]}
          />
        </section>
        <section className={css.panel} aria-label="Flights">
          {booking.segments.map(({ booking_id: id, flight, price_total: price }) => (
            <DescriptionList
              key={id}
              items={[
                [
                  <Link key="flight" to="/operations/flights/$flightId" params={{ flightId: flight.id }}>
                    {flight.flight_number}
                  </Link>,
                  `${flight.source} to ${flight.destination}`,
                ],
                ['Departure', localTimeText(flight.departure_ts, flight.source_timezone)],
                ['Price', money(price, booking.currency)],
              ]}
            />
          ))}
        </section>
      </div>
      <section className={css.panel} aria-label="Timeline">
        <h2>Timeline</h2>
        <Waterfall timeline={booking.timeline} />
      </section>
      <h2>Money</h2>
      {ledger.length > 0 ? (
        <>
          <Ledger entries={ledger} />
          {totals.map(({ currency, captured, refunded, balance }) => (
            <p key={currency} className={consoleCss.fine}>
              Captured {money(captured, currency)}, given back {money(refunded, currency)}, left{' '}
              <strong>{money(balance, currency)}</strong>.
            </p>
          ))}
        </>
      ) : (
        <p className={consoleCss.empty}>Nothing was charged.</p>
      )}
      <h2>Mails</h2>
      {mails.length > 0 ? (
        <Table label="Mails" columns={MAIL_COLUMNS}>
          {mails.map(({ mail, error }) => (
            <tr key={mail.id} tabIndex={-1}>
              <td>{formatTime(mail.created_at)}</td>
              <td className={consoleCss.long}>{mail.subject}</td>
              <td className={consoleCss.short}>{mail.address}</td>
              <td>
                <StatusBadge status={mail.status} />
              </td>
              <td className={consoleCss.long}>{error ?? '–'}</td>
            </tr>
          ))}
        </Table>
      ) : (
        <p className={consoleCss.empty}>No mail was written.</p>
      )}
      <h2>Changed by the staff</h2>
      <AuditEntries entity="booking" entityId={booking.id} />
      {isCancelling && <CancelBooking booking={booking} username={user.username} onClose={cancel.close} />}
    </>
  );
}

/** Whether its seats can be picked and changed: on its own page, also by an administrator. */
function hasSeatNumbers({ status, segments }: StaffBooking['booking']): boolean {
  return (
    (status === 'CONFIRMED' || status === 'HELD') && segments.some((segment) => segment.seats_change_until)
  );
}
