import { useSyncExternalStore } from 'react';
import { networkProblem, Problem, problemFrom } from './problem';

/**
 * The access token lives here, in memory, and nowhere else. A reload gets a new one for the refresh cookie, which no script can read.
 */
export type Session = { state: 'unknown' } | { state: 'signed-out' } | { state: 'signed-in'; token: string };

interface TokenAnswer {
  access_token: string;
  expires_in: number;
}

// Says that a refresh cookie probably exists, so that an anonymous visit asks for nothing, and tells one sign-in from the next.
const HINT = 'skyqueue.signed-in';
const EARLY_MS = 30_000;

/** The sign-in that this window believes to be the browser's. */
let mark: string | null = localStorage.getItem(HINT);
let session: Session = mark === null ? { state: 'signed-out' } : { state: 'unknown' };
let freshUntil = 0;
let refreshing: Promise<Session> | null = null;
const listeners = new Set<() => void>();
const leaving = new Set<() => void>();

function become(next: Session): Session {
  session = next;
  for (const listener of listeners) listener();
  return next;
}

/** Calls back when whoever was here has gone: nothing of theirs may be seen from then on. */
export function onLeaving(listener: () => void): () => void {
  leaving.add(listener);
  return () => leaving.delete(listener);
}

function leave(): void {
  for (const listener of leaving) listener();
}

/** Somebody gave a name and a password, perhaps while somebody else was here. */
export function signedIn(answer: TokenAnswer): void {
  if (session.state !== 'signed-out') leave();
  mark = newMark();
  localStorage.setItem(HINT, mark);
  hold(answer);
}

function renewed(answer: TokenAnswer): void {
  const known = localStorage.getItem(HINT) ?? newMark();
  // The cookie belongs to the browser: another window may have let somebody else in meanwhile, and the token is theirs.
  if (known !== mark) leave();
  mark = known;
  localStorage.setItem(HINT, known);
  hold(answer);
}

function hold(answer: TokenAnswer): void {
  freshUntil = Date.now() + answer.expires_in * 1000 - EARLY_MS;
  become({ state: 'signed-in', token: answer.access_token });
}

export function signedOut(): void {
  freshUntil = 0;
  mark = null;
  localStorage.removeItem(HINT);
  leave();
  become({ state: 'signed-out' });
}

function newMark(): string {
  return String(crypto.getRandomValues(new Uint32Array(1))[0]);
}

// Signing out in one window signs out the others, and signing in signs them in.
window.addEventListener('storage', ({ key, newValue }) => {
  if (key !== HINT || newValue === mark) return;
  if (newValue === null) return signedOut();
  leave();
  mark = newValue;
  become({ state: 'unknown' });
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
    renewed((await response.json()) as TokenAnswer);
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

/**
 * Sends with the access token: renewed before it ends, and once more when the server refuses it. Never as somebody else than whoever
 * was here when it was asked for.
 */
export async function authorized<Answer extends { status: number }>(
  send: (token: string | null) => Promise<Answer>,
): Promise<Answer> {
  const asker = mark;
  const known = await settledSession();
  if (known.state !== 'signed-in') return send(null);
  requireStill(asker);
  const answer = await send(known.token);
  if (answer.status !== 401) return answer;
  const again = await refresh();
  if (again.state !== 'signed-in') return answer;
  requireStill(asker);
  return send(again.token);
}

function requireStill(asker: string | null): void {
  if (mark === asker) return;
  throw new Problem({
    status: 401,
    code: 'somebody_else',
    detail: 'Somebody else has signed in in another window. Try again if you mean to do it as them.',
  });
}

/** `fetch` with the access token. */
export function authorizedFetch(request: Request): Promise<Response> {
  return authorized((token) => {
    const sent = request.clone();
    if (token !== null) sent.headers.set('Authorization', `Bearer ${token}`);
    return fetch(sent);
  });
}
