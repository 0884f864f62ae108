import { networkProblem, Problem, problemFrom } from '@/lib/problem';
import { settledSession } from '@/lib/session';
import type { ImportAccepted } from '@/lib/wire';

export interface Upload {
  file: File;
  dryRun: boolean;
  /** 0 to 1, as bytes leave this machine. */
  onProgress: (share: number) => void;
}

/** Sends the file. XMLHttpRequest, because `fetch` does not say how much of a body has been sent. */
export async function upload({ file, dryRun, onProgress }: Upload): Promise<ImportAccepted> {
  const session = await settledSession();
  if (session.state !== 'signed-in') {
    throw new Problem({ status: 401, code: 'unauthenticated', detail: 'Sign in again to upload.' });
  }
  const body = new FormData();
  body.append('file', file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/admin/flights/bulk-upload?dry_run=${dryRun}`);
    request.setRequestHeader('Authorization', `Bearer ${session.token}`);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onerror = () => reject(networkProblem());
    request.onload = () => {
      const answer = parsed(request.responseText);
      if (request.status === 202) resolve(answer as ImportAccepted);
      else
        reject(
          problemFrom(new Response(null, { status: request.status, headers: headersOf(request) }), answer),
        );
    };
    request.send(body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function headersOf(request: XMLHttpRequest): Headers {
  const headers = new Headers();
  for (const name of ['Retry-After', 'X-Request-Id']) {
    const value = request.getResponseHeader(name);
    if (value !== null) headers.set(name, value);
  }
  return headers;
}
