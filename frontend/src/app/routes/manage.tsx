import '@mantine/dropzone/styles.css';
import { Button, Skeleton } from '@mantine/core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { DownloadButton } from '@/components/download-button';
import { EmptyNote } from '@/components/empty-note';
import { Page } from '@/components/page';
import { ProblemNote } from '@/components/problem-note';
import { useSignOut, useWho } from '@/features/auth/api';
import { TEMPLATE } from '@/features/imports/api';
import { ImportHistory } from '@/features/imports/import-history';
import { ImportReport } from '@/features/imports/import-report';
import { UploadForm } from '@/features/imports/upload-form';
import type { Account } from '@/lib/wire';
import css from './manage.module.css';

const route = getRouteApi('/manage');

/** For administrators: bring a schedule in. */
export function ManagePage() {
  const { data: me, error, isFetching, refetch } = useWho();
  return (
    <Page title="Manage">
      {me ? (
        me.role === 'admin' ? (
          <Schedule />
        ) : (
          <ForAdministrators me={me} />
        )
      ) : error ? (
        <ProblemNote
          error={error}
          title="Your account could not be loaded."
          onRetry={() => refetch()}
          retrying={isFetching}
        />
      ) : (
        <Skeleton height={260} radius={18} />
      )}
    </Page>
  );
}

function ForAdministrators({ me }: { me: Account }) {
  // Signed out, this page leads to the door and back.
  const signOut = useSignOut();
  return (
    <EmptyNote title="For administrators">
      <p>You are signed in as {me.username}, who is a traveller. Only an administrator can manage flights.</p>
      <Button mt="md" loading={signOut.isPending} onClick={() => signOut.mutate()}>
        Sign in as somebody else
      </Button>
    </EmptyNote>
  );
}

function Schedule() {
  const { import: jobId } = route.useSearch();
  const navigate = useNavigate({ from: '/manage' });
  return (
    <>
      <div>
        <h1>Upload a schedule</h1>
        <p className={css.lead}>
          One row per flight, with the columns <code>flight_number</code>, <code>source</code>,{' '}
          <code>destination</code>, <code>departure_ts</code>, <code>arrival_ts</code>,{' '}
          <code>total_seats</code> and <code>price</code>. Flights that exist are brought up to date and keep
          their sold seats.
        </p>
      </div>
      <div>
        <DownloadButton path={TEMPLATE} name="flights.csv">
          Download a file to begin with
        </DownloadButton>
      </div>
      <UploadForm
        onAccepted={(job) => navigate({ search: { import: job }, resetScroll: false })}
        // What became of an earlier file is no answer to this one.
        onRefused={() => navigate({ search: {}, resetScroll: false, replace: true })}
      />
      {jobId && <ImportReport key={jobId} jobId={jobId} />}
      <ImportHistory />
    </>
  );
}
