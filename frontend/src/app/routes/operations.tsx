import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Page } from '@/components/layout/page';
import { EmptyNote } from '@/components/messages/empty-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import { useAccountQuery, useSignOut } from '@/features/accounts/api';
import { AuditLog } from '@/features/operations/audit-log';
import { Booking } from '@/features/operations/bookings/booking';
import { Bookings } from '@/features/operations/bookings/bookings';
import { Payments } from '@/features/operations/bookings/payments';
import { Console } from '@/features/operations/components/console';
import { DeadLetters } from '@/features/operations/dead-letters/dead-letters';
import { Flight } from '@/features/operations/flights/flight';
import { Flights } from '@/features/operations/flights/flights';
import { Health } from '@/features/operations/health';
import { Integrations } from '@/features/operations/integrations/integrations';
import { Overview } from '@/features/operations/overview/overview';
import { Queues } from '@/features/operations/queues';
import { Users } from '@/features/operations/users/users';
import { Imports } from './imports';

/** A page of the console, for administrators, and for agents, who change nothing. Travellers do not see it, and do not load its code. */
function pageOf(Content: (props: { mayChange: boolean }) => ReactNode) {
  return function OperationsPage() {
    const query = useAccountQuery();
    // Once signed out, this page leads to the sign-in page and back here.
    const signOut = useSignOut();
    if (query.data?.role === 'admin' || query.data?.role === 'agent') {
      return (
        <Console mayChange={query.data.role === 'admin'}>
          <Content mayChange={query.data.role === 'admin'} />
        </Console>
      );
    }
    return (
      <Page title="Operations" {...(!query.data && { heading: 'Operations' })}>
        {query.data ? (
          <EmptyNote title="For administrators and agents" level={1}>
            <p>You are signed in as {query.data.username}, who is neither.</p>
            <Button mt="md" loading={signOut.isPending} onClick={() => signOut.mutate()}>
              Sign in with another account
            </Button>
          </EmptyNote>
        ) : (
          <QueryFallback
            query={query}
            loading="Loading your account"
            failed="Your account could not be loaded."
            heights={[260]}
          />
        )}
      </Page>
    );
  };
}

export const OverviewPage = pageOf(Overview);
export const QueuesPage = pageOf(Queues);
export const DeadLettersPage = pageOf(DeadLetters);
export const FlightsPage = pageOf(Flights);
export const FlightPage = pageOf(Flight);
export const BookingPage = pageOf(Booking);
export const ImportsPage = pageOf(Imports);
export const PaymentsPage = pageOf(Payments);
export const UsersPage = pageOf(Users);
export const BookingsPage = pageOf(Bookings);
export const IntegrationsPage = pageOf(Integrations);
export const AuditLogPage = pageOf(AuditLog);
export const HealthPage = pageOf(Health);
