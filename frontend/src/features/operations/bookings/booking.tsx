import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { LinkButton } from '@/components/controls/link-button';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import { Changes } from '@/features/operations/changes';
import { moment } from '@/features/operations/flights/moment';
import { useEvents } from '@/features/operations/live';
import { Head } from '@/features/operations/parts/console';
import consoleCss from '@/features/operations/parts/console.module.css';
import { Facts } from '@/features/operations/parts/facts';
import { at } from '@/features/operations/parts/format';
import css from '@/features/operations/parts/pieces.module.css';
import { changes } from '@/features/operations/parts/reads-only';
import { StatusMark } from '@/features/operations/parts/status-mark';
import { Table } from '@/features/operations/parts/table';
import type { StaffBooking } from '@/features/operations/wire';
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

/** One booking as the staff see it: how it went, its money, its mails, and who changed it. */
export function Booking({ mayChange }: { mayChange: boolean }) {
  const { bookingId } = route.useParams();
  const queries = useQueryClient();
  const isLive = useEvents([`booking:${bookingId}`], () =>
    queries.invalidateQueries({ queryKey: bookingQueries.detail(bookingId).queryKey }),
  );
  const query = useQuery(bookingQueries.detail(bookingId, isLive));
  if (!query.data) {
    return (
      <>
        <Head title="Booking" />
        <QueryFallback
          query={query}
          loading="Loading the booking"
          failed="The booking could not be loaded."
          heights={[180, 240]}
        />
      </>
    );
  }
  return <Known of={query.data} mayChange={mayChange} />;
}

function Known({
  of: { booking, user, ledger, totals, mails },
  mayChange,
}: {
  of: StaffBooking;
  mayChange: boolean;
}) {
  const [cancels, cancel] = useDisclosure(false);
  const again = useSendMailAgain(booking.id);
  return (
    <>
      <Link to="/operations/bookings" search={{}} className={css.back}>
        All bookings
      </Link>
      <Head title={booking.reference}>
        <Button
          size="xs"
          variant="default"
          loading={again.isPending}
          {...changes(mayChange)}
          onClick={() => again.mutate(undefined)}
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
          <Button size="xs" variant="default" c="var(--danger)" {...changes(mayChange)} onClick={cancel.open}>
            Cancel on behalf…
          </Button>
        )}
      </Head>
      {again.isError && <ProblemNote error={again.error} title="No mail is sent." />}
      {again.data && (
        <p role="status" className={consoleCss.well}>
          A new mail ({again.data.kind.replaceAll('_', ' ')}) is written to {again.data.address}.
        </p>
      )}
      <div className={css.panels}>
        <section className={css.panel} aria-label="Booking">
          <Facts
            facts={[
              ['Status', <StatusMark key="status" status={booking.status} />],
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
              ['Held until', booking.hold_expires_at ? at(booking.hold_expires_at) : '–'],
              ['Id', <code key="id">{booking.id}</code>],
            ]}
          />
        </section>
        <section className={css.panel} aria-label="Flights">
          {booking.segments.map(({ booking_id: id, flight, price_total: price }) => (
            <Facts
              key={id}
              facts={[
                [
                  <Link key="flight" to="/operations/flights/$flightId" params={{ flightId: flight.id }}>
                    {flight.flight_number}
                  </Link>,
                  `${flight.source} to ${flight.destination}`,
                ],
                ['Departure', moment(flight.departure_ts, flight.source_timezone)],
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
              <td>{at(mail.created_at)}</td>
              <td className={consoleCss.long}>{mail.subject}</td>
              <td>{mail.address}</td>
              <td>
                <StatusMark status={mail.status} />
              </td>
              <td className={consoleCss.long}>{error ?? '–'}</td>
            </tr>
          ))}
        </Table>
      ) : (
        <p className={consoleCss.empty}>No mail was written.</p>
      )}
      <h2>Changed by the staff</h2>
      <Changes entity="booking" entityId={booking.id} />
      {cancels && <CancelBooking booking={booking} username={user.username} onClose={cancel.close} />}
    </>
  );
}

/** Whether its seats can be picked and changed: on its own page, also by an administrator. */
function hasSeatNumbers({ status, segments }: StaffBooking['booking']): boolean {
  return (
    (status === 'CONFIRMED' || status === 'HELD') && segments.some((segment) => segment.seats_change_until)
  );
}
