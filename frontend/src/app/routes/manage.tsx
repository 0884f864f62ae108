import '@mantine/dropzone/styles.css';
import { Skeleton } from '@mantine/core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { DownloadButton } from '@/components/download-button';
import { EmptyNote } from '@/components/empty-note';
import { Page } from '@/components/page';
import { useMe } from '@/features/auth/api';
import { TEMPLATE } from '@/features/imports/api';
import { ImportHistory } from '@/features/imports/import-history';
import { ImportReport } from '@/features/imports/import-report';
import { UploadForm } from '@/features/imports/upload-form';
import css from './manage.module.css';

const route = getRouteApi('/manage');

/** For administrators: bring a schedule in. */
export function ManagePage() {
  const me = useMe();
  return (
    <Page title="Manage">
      {!me ? (
        <Skeleton height={260} radius={18} />
      ) : me.role === 'admin' ? (
        <Schedule />
      ) : (
        <EmptyNote title="For administrators">
          You are signed in as {me.username}, who is a traveller. Sign in as an administrator to manage
          flights.
        </EmptyNote>
      )}
    </Page>
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
      <UploadForm onAccepted={(job) => navigate({ search: { import: job }, resetScroll: false })} />
      {jobId && <ImportReport key={jobId} jobId={jobId} />}
      <ImportHistory />
    </>
  );
}
