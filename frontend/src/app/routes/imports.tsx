import '@mantine/dropzone/styles.css';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { DownloadButton } from '@/components/controls/download-button';
import { ImportHistory } from '@/features/imports/import-history';
import { ImportReport } from '@/features/imports/import-report';
import { TEMPLATE_PATH } from '@/features/imports/queries';
import { UploadForm } from '@/features/imports/upload-form';
import { Head } from '@/features/operations/parts/console';

const route = getRouteApi('/operations/imports');

/** Uploads schedules and shows what became of them. Agents see the same, and upload nothing. */
export function Imports({ mayChange }: { mayChange: boolean }) {
  const { import: jobId } = route.useSearch();
  const navigate = useNavigate({ from: '/operations/imports' });
  return (
    <>
      <Head title="Imports">
        <DownloadButton path={TEMPLATE_PATH} name="flights.csv" size="xs">
          Download a template
        </DownloadButton>
      </Head>
      {mayChange && (
        <section>
          <h2>Upload a schedule</h2>
          <UploadForm
            onAccepted={(job) => navigate({ search: { import: job }, resetScroll: false })}
            // The report of an earlier file must not look like the answer to this one.
            onRefused={() => navigate({ search: {}, resetScroll: false, replace: true })}
          />
        </section>
      )}
      {jobId && <ImportReport key={jobId} jobId={jobId} />}
      <ImportHistory />
    </>
  );
}
