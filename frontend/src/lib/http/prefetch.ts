/**
 * Requests that are sent while the code of the app is still being loaded: for a new access token if a user is signed in in this browser,
 * and for the data that the page at this address always reads. This module is part of the first script, so it imports nothing.
 */

/**
 * The key of the id of the sign-in in the local storage, which all windows of this browser share. The id is a random number of the app.
 * Without an id there is no refresh cookie, so no request for a session is sent. When the id changes, another window has signed in or out.
 */
export const SIGN_IN_KEY = 'skyqueue.signed-in';

/** A response to a request that is older is not used. */
const MAX_AGE_MS = 15_000;

interface PrefetchedResponse {
  /** By the device's clock, in ms since 1970. */
  sentAt: number;
  response: Response;
}

interface Prefetch {
  /** The id of the sign-in that it was sent for; null: nobody was signed in. */
  signInId: string | null;
  /** In ms since the page was opened. */
  startedAt: number;
  /** Null if no request could be sent, or no response came. */
  result: Promise<PrefetchedResponse | null>;
  /** Whether a successful response has arrived. */
  succeeded: boolean;
}

let refresh: Prefetch | null = null;
const reads = new Map<string, Prefetch>();

/** The paths of the API, with their queries, that a page reads when it opens. */
export interface PrefetchPaths {
  /** For everybody. */
  open: readonly string[];
  /** Only for users who are signed in. */
  own: readonly string[];
}

/** Sends the requests. */
export function prefetch({ open, own }: PrefetchPaths): void {
  const signInId = localStorage.getItem(SIGN_IN_KEY);
  if (signInId !== null) refresh = started(signInId, withLock(postRefresh));
  const token = tokenOf(refresh);
  for (const path of signInId === null ? open : [...open, ...own]) {
    const sent = token.then((known) => (signInId !== null && known === null ? null : read(path, known)));
    reads.set(path, started(signInId, sent));
  }
}

/** The response to the refresh, for the sign-in with this id. It is returned once, and not if the browser has another sign-in by now. */
export async function takePrefetchedRefresh(signInId: string | null): Promise<PrefetchedResponse | null> {
  const known = refresh;
  refresh = null;
  return usable(known, signInId);
}

/** The response to a read, in the same way. Only a successful one is returned; after a failure the app sends the request itself. */
export async function takePrefetched(
  { method, url, headers }: Request,
  signInId: string | null,
): Promise<PrefetchedResponse | null> {
  const { pathname, search } = new URL(url);
  const known = reads.get(pathname + search);
  if (known === undefined || method !== 'GET' || headers.has('Prefer')) return null;
  reads.delete(pathname + search);
  const result = await usable(known, signInId);
  return result?.response.ok ? result : null;
}

/** Whether a successful response has arrived. */
export function isPrefetched(path: string): boolean {
  return reads.get(path)?.succeeded === true;
}

/** Each use of the refresh cookie replaces it, so the windows of a browser take turns. Browsers have locks on secure pages only. */
export function withLock<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request('skyqueue.refresh', work) : work();
}

async function usable(known: Prefetch | null, signInId: string | null): Promise<PrefetchedResponse | null> {
  if (known === null || known.signInId !== signInId) return null;
  if (performance.now() - known.startedAt > MAX_AGE_MS) return null;
  const result = await known.result;
  return localStorage.getItem(SIGN_IN_KEY) === signInId ? result : null;
}

function started(signInId: string | null, sent: Promise<PrefetchedResponse | null>): Prefetch {
  const result = sent.catch(() => null);
  const one: Prefetch = { signInId, startedAt: performance.now(), result, succeeded: false };
  void result.then((known) => {
    one.succeeded = known?.response.ok === true;
  });
  return one;
}

async function postRefresh(): Promise<PrefetchedResponse> {
  const sentAt = Date.now();
  return { sentAt, response: await fetch('/api/v1/auth/refresh', { method: 'POST' }) };
}

async function read(path: string, token: string | null): Promise<PrefetchedResponse> {
  const sentAt = Date.now();
  const headers: HeadersInit = token === null ? {} : { Authorization: `Bearer ${token}` };
  const response = await fetch(path, { headers });
  return { sentAt, response: new Response(await response.arrayBuffer(), response) };
}

/** The access token of the refresh; null for a visitor, and if there is none. */
async function tokenOf(known: Prefetch | null): Promise<string | null> {
  const result = await known?.result;
  if (!result?.response.ok) return null;
  const body = (await result.response.clone().json()) as { access_token?: string };
  return body.access_token ?? null;
}
