import { useSyncExternalStore } from 'react';
import { networkProblem, problemFrom } from './problem';

/**
 * The access token lives here, in memory, and nowhere else. A reload gets a new one for the refresh cookie, which no script can read.
 */
export type Session = { state: 'unknown' } | { state: 'signed-out' } | { state: 'signed-in'; token: string };

interface TokenAnswer {
  access_token: string;
  expires_in: number;
}

// Says only that a refresh cookie probably exists, so that an anonymous visit asks for nothing.
const HINT = 'skyqueue.signed-in';
const EARLY_MS = 30_000;

let session: Session = remembered() ? { state: 'unknown' } : { state: 'signed-out' };
let freshUntil = 0;
let refreshing: Promise<Session> | null = null;
const listeners = new Set<() => void>();

function remembered(): boolean {
  return localStorage.getItem(HINT) === 'yes';
}

function become(next: Session): Session {
  session = next;
  if (next.state === 'signed-in') localStorage.setItem(HINT, 'yes');
  if (next.state === 'signed-out') localStorage.removeItem(HINT);
  for (const listener of listeners) listener();
  return next;
}

export function signedIn(answer: TokenAnswer): void {
  freshUntil = Date.now() + answer.expires_in * 1000 - EARLY_MS;
  become({ state: 'signed-in', token: answer.access_token });
}

export function signedOut(): void {
  freshUntil = 0;
  become({ state: 'signed-out' });
}

// Signing out in one window signs out the others.
window.addEventListener('storage', ({ key, newValue }) => {
  if (key === HINT && newValue === null && session.state === 'signed-in') signedOut();
});

export function currentSession(): Session {
  return session;
}

export function useSession(): Session {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, currentSession);
}

/**
 * Trades the refresh cookie for a new access token. The cookie rotates, so one call at a time: within this tab by the shared promise,
 * between tabs by a lock.
 */
function refresh(): Promise<Session> {
  refreshing ??= locked(askForToken).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function askForToken(): Promise<Session> {
  let response = await postRefresh();
  // 409: another window was quicker. Its fresh cookie is in this browser by now.
  if (response.status === 409) response = await postRefresh();
  if (response.ok) {
    signedIn((await response.json()) as TokenAnswer);
  } else if (response.status === 401) {
    signedOut();
  } else {
    throw problemFrom(response, await response.json().catch(() => null));
  }
  return session;
}

function postRefresh(): Promise<Response> {
  return fetch('/api/v1/auth/refresh', { method: 'POST' }).catch(() => {
    throw networkProblem();
  });
}

function locked<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request('skyqueue.refresh', work) : work();
}

/** Who is here, with a token that is still good: asks the server only when that is not known. */
export async function settledSession(): Promise<Session> {
  const stale = session.state === 'unknown' || (session.state === 'signed-in' && Date.now() > freshUntil);
  return stale ? refresh() : session;
}

/** `fetch` with the access token: renewed before it ends, and once more when the server refuses it. */
export async function authorizedFetch(request: Request): Promise<Response> {
  const known = await settledSession();
  if (known.state !== 'signed-in') return fetch(request);
  const again = request.clone();
  const response = await fetch(withToken(request, known.token));
  if (response.status !== 401) return response;
  const renewed = await refresh();
  return renewed.state === 'signed-in' ? fetch(withToken(again, renewed.token)) : response;
}

function withToken(request: Request, token: string): Request {
  request.headers.set('Authorization', `Bearer ${token}`);
  return request;
}
