import '@mantine/dropzone/styles.css';
import { Button } from '@mantine/core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { DownloadButton } from '@/components/controls/download-button';
import { Page } from '@/components/layout/page';
import { EmptyNote } from '@/components/messages/empty-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import { useAccountQuery, useSignOut } from '@/features/accounts/api';
import { ImportHistory } from '@/features/imports/import-history';
import { ImportReport } from '@/features/imports/import-report';
import { TEMPLATE_PATH } from '@/features/imports/queries';
import { UploadForm } from '@/features/imports/upload-form';
import type { Account } from '@/lib/wire';
import css from './manage.module.css';

const route = getRouteApi('/manage');

/** For administrators: uploads schedules and shows what became of them. Agents see the same, and upload nothing. */
export function ManagePage() {
  const query = useAccountQuery();
  const account = query.data;
  return (
    <Page title="Manage">
      {account === undefined ? (
        <QueryFallback
          query={query}
          loading="Loading your account"
          failed="Your account could not be loaded."
          heights={[260]}
        />
      ) : account.role === 'admin' ? (
        <Imports />
      ) : account.role === 'agent' ? (
        <Reading />
      ) : (
        <NotForTravellers account={account} />
      )}
    </Page>
  );
}

function NotForTravellers({ account }: { account: Account }) {
  // Once signed out, this page leads to the sign-in page and back here.
  const signOut = useSignOut();
  return (
    <EmptyNote title="For administrators">
      <p>
        You are signed in as {account.username}, who is not an administrator. Only an administrator can manage
        flights.
      </p>
      <Button mt="md" loading={signOut.isPending} onClick={() => signOut.mutate()}>
        Sign in with another account
      </Button>
    </EmptyNote>
  );
}

/** For agents, who change nothing. */
function Reading() {
  const { import: jobId } = route.useSearch();
  return (
    <>
      <h1>Uploaded schedules</h1>
      {jobId && <ImportReport key={jobId} jobId={jobId} />}
      <ImportHistory />
    </>
  );
}

function Imports() {
  const { import: jobId } = route.useSearch();
  const navigate = useNavigate({ from: '/manage' });
  return (
    <>
      <div>
        <h1>Upload a schedule</h1>
        <p className={css.lead}>
          One row per flight, with the columns <code>flight_number</code>, <code>source</code>,{' '}
          <code>destination</code>, <code>departure_ts</code>, <code>arrival_ts</code>,{' '}
          <code>total_seats</code> and <code>price</code>. Flights that exist already are updated and keep
          their sold seats.
        </p>
      </div>
      <div>
        <DownloadButton path={TEMPLATE_PATH} name="flights.csv">
          Download a template
        </DownloadButton>
      </div>
      <UploadForm
        onAccepted={(job) => navigate({ search: { import: job }, resetScroll: false })}
        // The report of an earlier file must not look like the answer to this one.
        onRefused={() => navigate({ search: {}, resetScroll: false, replace: true })}
      />
      {jobId && <ImportReport key={jobId} jobId={jobId} />}
      <ImportHistory />
    </>
  );
}
