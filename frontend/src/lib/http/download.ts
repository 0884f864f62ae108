import { networkProblem, problemFrom } from '@/lib/problem';
import { authorizedFetch } from '@/lib/session';

/** Saves a file for which the access token is required. A plain link would not send it. */
export async function download(path: string, name: string): Promise<void> {
  const response = await authorizedFetch(new Request(path)).catch(() => {
    throw networkProblem();
  });
  if (!response.ok) throw problemFrom(response, await response.json().catch(() => null));
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
