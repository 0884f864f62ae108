import type { Encoding, ImportAccepted } from '@/lib/api-types';
import { networkProblem, Problem, problemFrom } from '@/lib/problem';
import { authorized } from '@/lib/session';

const UPLOAD_PATH = '/admin/flights/bulk-upload';
const FILE_CHANGED = new Problem({
  status: 0,
  code: 'file_changed',
  detail: 'The file was changed or moved after you chose it. Choose it again.',
});

/** How the file is read. */
export interface UploadOptions {
  dryRun: boolean;
  encoding: Encoding;
  /** A time without a zone is the local time of the place. */
  localTimes: boolean;
  /** A row moves the flight of the same number, route and day. */
  matchDay: boolean;
  /** A row of a flight that exists is refused. */
  createOnly: boolean;
}

interface Upload {
  file: File;
  options: UploadOptions;
  /** Gets the part that was sent, 0 to 1. */
  onProgress: (part: number) => void;
}

/** Sends the file by XMLHttpRequest, because `fetch` does not report how much of a body was sent. */
export async function upload({ file, options, onProgress }: Upload): Promise<ImportAccepted> {
  const body = new FormData();
  body.append('file', file);
  const response = await authorized((token) =>
    post(`${UPLOAD_PATH}?${queryOf(options)}`, token, body, onProgress),
  ).catch(async (reason: unknown) => {
    throw (await isReadable(file)) ? reason : FILE_CHANGED;
  });
  const responseBody: unknown = await response.json().catch(() => null);
  if (response.status !== 202) throw problemFrom(response, responseBody);
  return responseBody as ImportAccepted;
}

function queryOf({ dryRun, encoding, localTimes, matchDay, createOnly }: UploadOptions): URLSearchParams {
  return new URLSearchParams({
    dry_run: String(dryRun),
    ...(encoding !== 'utf-8' && { encoding }),
    ...(localTimes && { times: 'local' }),
    ...(matchDay && { match: 'day' }),
    ...(createOnly && { mode: 'create' }),
  });
}

function post(
  address: string,
  token: string | null,
  body: FormData,
  onProgress: Upload['onProgress'],
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', address);
    if (token !== null) request.setRequestHeader('Authorization', `Bearer ${token}`);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onerror = () => reject(networkProblem());
    request.onload = () =>
      resolve(new Response(request.responseText, { status: request.status, headers: headersOf(request) }));
    request.send(body);
  });
}

/** The browser stores the path of a chosen file, not its content, and cannot read a file that has changed since. */
async function isReadable(file: File): Promise<boolean> {
  return file
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    );
}

function headersOf(request: XMLHttpRequest): Headers {
  const headers = new Headers();
  for (const name of ['Retry-After', 'X-Request-Id']) {
    const value = request.getResponseHeader(name);
    if (value !== null) headers.set(name, value);
  }
  return headers;
}
