import { Button, Checkbox, Progress } from '@mantine/core';
import { Dropzone, MIME_TYPES } from '@mantine/dropzone';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { FileIcon } from '@/components/icons';
import { ProblemNote } from '@/components/problem-note';
import { upload } from './upload';
import css from './upload-form.module.css';

/** What the server takes unless its operator chose otherwise (`SKYQUEUE_MAX_UPLOAD_MB`); a larger file is refused with the number. */
const MOST_MB = 512;

// What browsers call a CSV file depends on what is installed: Excel's type, plain text, or nothing.
const CSV_TYPES = {
  [MIME_TYPES.csv]: ['.csv', '.txt', '.tsv'],
  'application/vnd.ms-excel': ['.csv'],
  'text/plain': ['.csv', '.txt'],
};

interface Props {
  onAccepted: (jobId: string) => void;
  onRefused: () => void;
}

export function UploadForm({ onAccepted, onRefused }: Props) {
  const [file, setFile] = useState<File | null>(null);
  const [dryRun, setDryRun] = useState(false);
  const [sent, setSent] = useState(0);
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
    setSent(0);
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
              <span>{sizeWords(file.size)}. Drop or choose another to replace it.</span>
            </>
          ) : (
            <>
              <strong>Drop a CSV file here</strong>
              <span>or press to choose one. Up to {MOST_MB} MB, columns in any order.</span>
            </>
          )}
        </div>
      </Dropzone>
      {refused && (
        <p className={css.refused} role="alert">
          One CSV file, please. What you chose is something else, or more than one.
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
          onClick={() => file && send.mutate({ file, dryRun, onProgress: setSent })}
        >
          {dryRun ? 'Check the file' : 'Upload'}
        </Button>
      </div>
      {send.isPending && <Progress value={sent * 100} aria-label="Sent" />}
      {send.error && <ProblemNote error={send.error} title="The file was not accepted." />}
    </div>
  );
}

function sizeWords(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1024 ** 2) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}
