import { networkProblem, Problem, problemFrom } from '@/lib/problem';
import { authorized } from '@/lib/session';
import type { ImportAccepted } from '@/lib/wire';

const UPLOADS = '/admin/flights/bulk-upload';
const CHANGED = new Problem({
  status: 0,
  code: 'file_changed',
  detail: 'The file was changed or moved after you chose it. Choose it again.',
});

export interface Upload {
  file: File;
  dryRun: boolean;
  /** 0 to 1, as bytes leave this machine. */
  onProgress: (share: number) => void;
}

/** Sends the file. XMLHttpRequest, because `fetch` does not say how much of a body has been sent. */
export async function upload({ file, dryRun, onProgress }: Upload): Promise<ImportAccepted> {
  const body = new FormData();
  body.append('file', file);
  const response = await authorized((token) =>
    post(`${UPLOADS}?dry_run=${dryRun}`, token, body, onProgress),
  ).catch(async (reason: unknown) => {
    throw (await isReadable(file)) ? reason : CHANGED;
  });
  const answer: unknown = await response.json().catch(() => null);
  if (response.status !== 202) throw problemFrom(response, answer);
  return answer as ImportAccepted;
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

/** A browser keeps the place of a chosen file, not its bytes, and refuses to read what has changed there. */
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
