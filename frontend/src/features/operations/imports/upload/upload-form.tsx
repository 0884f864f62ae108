import { Button, Checkbox, NativeSelect, Progress } from '@mantine/core';
import { Dropzone, MIME_TYPES } from '@mantine/dropzone';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { FileIcon } from '@/components/icons';
import { ProblemNote } from '@/components/messages/problem-note';
import type { Encoding } from '@/lib/api-types';
import { HeaderCheck } from './header-check';
import { type UploadOptions, upload } from './upload';
import css from './upload-form.module.css';

/** The default limit of the server (`SKYQUEUE_MAX_UPLOAD_MB`). It is only shown; the server refuses a larger file and says its own limit. */
const MAX_MB = 512;

// Browsers give a CSV file different types: with Excel installed Excel's type, else CSV, plain text or none.
const CSV_TYPES = {
  [MIME_TYPES.csv]: ['.csv', '.txt', '.tsv'],
  'application/vnd.ms-excel': ['.csv'],
  'text/plain': ['.csv', '.txt'],
};

/** A new file is only checked first: a dry run. */
const DEFAULT_OPTIONS: UploadOptions = {
  dryRun: true,
  encoding: 'utf-8',
  localTimes: false,
  matchDay: false,
  createOnly: false,
};
const ENCODINGS: { value: Encoding; label: string }[] = [
  { value: 'utf-8', label: 'UTF-8' },
  { value: 'windows-1252', label: 'Windows-1252 (Western Europe)' },
  { value: 'windows-1250', label: 'Windows-1250 (Central Europe)' },
  { value: 'windows-1251', label: 'Windows-1251 (Cyrillic)' },
  { value: 'windows-1253', label: 'Windows-1253 (Greek)' },
  { value: 'windows-1254', label: 'Windows-1254 (Turkish)' },
  { value: 'windows-1257', label: 'Windows-1257 (Baltic)' },
  { value: 'iso-8859-1', label: 'ISO 8859-1' },
  { value: 'iso-8859-2', label: 'ISO 8859-2' },
  { value: 'iso-8859-15', label: 'ISO 8859-15' },
  { value: 'utf-16', label: 'UTF-16' },
];
const MODES = [
  { value: 'upsert', label: 'Are updated' },
  { value: 'create', label: 'Are refused' },
];
const MATCHES = [
  { value: 'time', label: 'Are other flights' },
  { value: 'day', label: 'Move, with their bookings' },
];

interface Props {
  /** A file was chosen, or another one. */
  onChosen: () => void;
  onAccepted: (jobId: string) => void;
  onRefused: () => void;
}

/** Chooses a CSV file and uploads it, or only checks it. */
export function UploadForm({ onChosen, onAccepted, onRefused }: Props) {
  const [file, setFile] = useState<File | null>(null);
  const [options, setOptions] = useState<UploadOptions>(DEFAULT_OPTIONS);
  const [sentPart, setSentPart] = useState(0);
  const [refused, setRefused] = useState(false);
  const send = useMutation({
    mutationFn: upload,
    onSuccess: ({ job_id }) => {
      // Once it was checked, the same button uploads it.
      change({ dryRun: false });
      onAccepted(job_id);
    },
    onError: onRefused,
  });

  function change(changed: Partial<UploadOptions>) {
    setOptions((before) => ({ ...before, ...changed }));
  }

  function choose([chosen]: File[]) {
    if (!chosen) return;
    send.reset();
    setRefused(false);
    setSentPart(0);
    setFile(chosen);
    change({ dryRun: true });
    onChosen();
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
      {file && <HeaderCheck file={file} encoding={options.encoding} />}
      <div className={css.options}>
        <NativeSelect
          label="Encoding"
          description="What the program that wrote the file saves it as"
          data={ENCODINGS}
          value={options.encoding}
          onChange={(event) => change({ encoding: event.currentTarget.value as Encoding })}
          disabled={send.isPending}
        />
        <NativeSelect
          label="Flights that exist"
          description="When number and departure are the same"
          data={MODES}
          value={options.createOnly ? 'create' : 'upsert'}
          onChange={(event) =>
            change({ createOnly: event.currentTarget.value === 'create', matchDay: false })
          }
          disabled={send.isPending}
        />
        <NativeSelect
          label="Flights that moved"
          description="When only the time of a flight differs"
          data={MATCHES}
          value={options.matchDay ? 'day' : 'time'}
          onChange={(event) => change({ matchDay: event.currentTarget.value === 'day' })}
          // Flights that are left alone cannot move.
          disabled={send.isPending || options.createOnly}
        />
        <Checkbox
          label="Local times"
          description="Times without a zone are those of the place"
          checked={options.localTimes}
          onChange={(event) => change({ localTimes: event.currentTarget.checked })}
          disabled={send.isPending}
        />
      </div>
      <div className={css.actions}>
        <Checkbox
          label="Only check it"
          description="Reports what would happen and changes nothing"
          checked={options.dryRun}
          onChange={(event) => change({ dryRun: event.currentTarget.checked })}
          disabled={send.isPending}
        />
        <Button
          disabled={!file}
          loading={send.isPending}
          onClick={() => file && send.mutate({ file, options, onProgress: setSentPart })}
        >
          {options.dryRun ? 'Check the file' : 'Upload'}
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
