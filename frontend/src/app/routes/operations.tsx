import type { ReactNode } from 'react';
import { Page } from '@/components/layout/page';
import { EmptyNote } from '@/components/messages/empty-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import { useAccountQuery } from '@/features/accounts/api';
import { AuditLog } from '@/features/operations/audit-log';
import { Bookings } from '@/features/operations/bookings';
import { DeadLetters } from '@/features/operations/dead-letters';
import { Health } from '@/features/operations/health';
import { Integrations } from '@/features/operations/integrations/page';
import { Overview } from '@/features/operations/overview';
import { Console } from '@/features/operations/parts/console';
import { Queues } from '@/features/operations/queues';

/** A page of the console, for administrators, and for agents, who change nothing. Travellers do not see it, and do not load its code. */
function pageOf(Content: (props: { mayChange: boolean }) => ReactNode) {
  return function OperationsPage() {
    const query = useAccountQuery();
    if (query.data?.role === 'admin' || query.data?.role === 'agent') {
      return (
        <Console>
          <Content mayChange={query.data.role === 'admin'} />
        </Console>
      );
    }
    return (
      <Page title="Operations" {...(!query.data && { heading: 'Operations' })}>
        {query.data ? (
          <EmptyNote title="For administrators and agents" level={1}>
            <p>You are signed in as {query.data.username}, who is neither.</p>
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
export const BookingsPage = pageOf(Bookings);
export const IntegrationsPage = pageOf(Integrations);
export const AuditLogPage = pageOf(AuditLog);
export const HealthPage = pageOf(Health);
