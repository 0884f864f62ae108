import '@mantine/dropzone/styles.css';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { DownloadButton } from '@/components/controls/download-button';
import { PageHeader } from '@/features/operations/components/console';
import css from '@/features/operations/components/shared.module.css';
import { ImportHistory } from '@/features/operations/imports/import-history';
import { importQueries, isFinished, TEMPLATE_PATH } from '@/features/operations/imports/queries';
import { ImportReport } from '@/features/operations/imports/report/import-report';
import { type Step, Steps } from '@/features/operations/imports/steps';
import { UploadForm } from '@/features/operations/imports/upload/upload-form';
import type { ImportView } from '@/lib/api-types';

const route = getRouteApi('/operations/imports');

/** Uploads schedules and shows what became of them. Agents see the same, and upload nothing. */
export function Imports({ mayChange }: { mayChange: boolean }) {
  const { import: jobId } = route.useSearch();
  const navigate = useNavigate({ from: '/operations/imports' });
  const [chosen, setChosen] = useState(false);
  const { data } = useQuery({ ...importQueries.detail(jobId ?? ''), enabled: jobId !== undefined });
  return (
    <>
      <PageHeader title="Imports">
        <DownloadButton path={TEMPLATE_PATH} name="flights.csv" size="xs">
          Download a template
        </DownloadButton>
      </PageHeader>
      {mayChange && (
        <section className={css.form}>
          <h2>Upload a schedule</h2>
          <Steps at={stepOf(chosen, data?.import)} />
          <UploadForm
            onChosen={() => setChosen(true)}
            onAccepted={(job) => navigate({ search: { import: job }, resetScroll: false })}
            // The report of an earlier file must not look like the result of this one.
            onRefused={() => navigate({ search: {}, resetScroll: false, replace: true })}
          />
        </section>
      )}
      {jobId && <ImportReport key={jobId} jobId={jobId} mayChange={mayChange} />}
      <ImportHistory />
    </>
  );
}

function stepOf(chosen: boolean, shown: ImportView | undefined): Step {
  if (shown === undefined) return chosen ? 'Options' : 'File and header';
  if (shown.dry_run) return 'Check';
  return isFinished(shown) ? 'Result' : 'Import';
}
