import { Button, Checkbox, Progress } from '@mantine/core';
import { Dropzone, MIME_TYPES } from '@mantine/dropzone';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { FileIcon } from '@/components/icons';
import { ProblemNote } from '@/components/messages/problem-note';
import { upload } from './upload';
import css from './upload-form.module.css';

/** The default limit of the server (`SKYQUEUE_MAX_UPLOAD_MB`). It is only shown; the server refuses a larger file and says its own limit. */
const MAX_MB = 512;

// Browsers give a CSV file different types: with Excel installed Excel's type, else CSV, plain text or none.
const CSV_TYPES = {
  [MIME_TYPES.csv]: ['.csv', '.txt', '.tsv'],
  'application/vnd.ms-excel': ['.csv'],
  'text/plain': ['.csv', '.txt'],
};

interface Props {
  onAccepted: (jobId: string) => void;
  onRefused: () => void;
}

/** Chooses a CSV file and uploads it, or only checks it. */
export function UploadForm({ onAccepted, onRefused }: Props) {
  const [file, setFile] = useState<File | null>(null);
  const [dryRun, setDryRun] = useState(false);
  const [sentPart, setSentPart] = useState(0);
  const [refused, setRefused] = useState(false);
  const send = useMutation({
    mutationFn: upload,
    onSuccess: ({ job_id }) => onAccepted(job_id),
    onError: onRefused,
  });

  function choose([chosen]: File[]) {
    if (!chosen) return;
    send.reset();
    setRefused(false);
    setSentPart(0);
    setFile(chosen);
  }

  function refuse() {
    send.reset();
    setRefused(true);
  }

  return (
    <div className={css.form}>
      <Dropzone
        onDrop={choose}
        onReject={refuse}
        accept={CSV_TYPES}
        multiple={false}
        disabled={send.isPending}
        inputProps={{ 'aria-label': 'CSV file' }}
        classNames={{ root: css.drop }}
      >
        <div className={css.inside}>
          <FileIcon size={30} />
          {file ? (
            <>
              <strong>{file.name}</strong>
              <span>{sizeText(file.size)}. Drop or choose another file to replace it.</span>
            </>
          ) : (
            <>
              <strong>Drop a CSV file here</strong>
              <span>or click to choose one. Up to {MAX_MB} MB, columns in any order.</span>
            </>
          )}
        </div>
      </Dropzone>
      {refused && (
        <p className={css.refused} role="alert">
          Please choose one CSV file. This is another kind of file, or more than one.
        </p>
      )}
      <div className={css.actions}>
        <Checkbox
          label="Only check it"
          description="Reports what would happen and changes nothing"
          checked={dryRun}
          onChange={(event) => setDryRun(event.currentTarget.checked)}
          disabled={send.isPending}
        />
        <Button
          disabled={!file}
          loading={send.isPending}
          onClick={() => file && send.mutate({ file, dryRun, onProgress: setSentPart })}
        >
          {dryRun ? 'Check the file' : 'Upload'}
        </Button>
      </div>
      {send.isPending && <Progress value={sentPart * 100} aria-label="Upload" />}
      {send.error && <ProblemNote error={send.error} title="The file was not accepted." />}
    </div>
  );
}

function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1024 ** 2) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}
