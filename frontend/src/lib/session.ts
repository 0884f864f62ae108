import { t } from '@lingui/core/macro';
import { useSyncExternalStore } from 'react';
import { SIGN_IN_KEY, takePrefetched, takePrefetchedRefresh, withLock } from './http/prefetch';
import { networkProblem, Problem, problemFrom } from './problem';
import { correctClock, fetchWithClock } from './time/server-clock';

export type EndOfSession =
  | 'signed-out'
  /** The server has ended the session, for example because it was too old. */
  | 'expired'
  /** The account was closed for good. */
  | 'closed';

/**
 * Who is signed in in this browser. The access token is kept in memory only. After a reload the app gets a new one for the refresh
 * cookie, which scripts cannot read. Until then the state is `unknown`.
 */
export type Session =
  | { state: 'unknown' }
  | { state: 'signed-out'; because?: EndOfSession }
  | { state: 'signed-in'; token: string };

interface TokenResponse {
  access_token: string;
  /** Seconds. */
  expires_in: number;
}

/** A token is renewed this long before it expires. */
const RENEW_EARLY_MS = 30_000;

/** The id of the sign-in of this window (`SIGN_IN_KEY`); null: nobody is signed in. */
let signInId: string | null = localStorage.getItem(SIGN_IN_KEY);
let session: Session = signInId === null ? { state: 'signed-out' } : { state: 'unknown' };
let renewAt = 0;
let renewal: Promise<Session> | null = null;
const sessionListeners = new Set<() => void>();
const accountListeners = new Set<(expired: boolean) => void>();

function setSession(next: Session): Session {
  session = next;
  for (const listener of sessionListeners) listener();
  return next;
}

function setToken({ access_token, expires_in }: TokenResponse): void {
  renewAt = Date.now() + expires_in * 1000 - RENEW_EARLY_MS;
  setSession({ state: 'signed-in', token: access_token });
}

function setSignInId(id: string): void {
  signInId = id;
  localStorage.setItem(SIGN_IN_KEY, id);
}

function newSignInId(): string {
  return String(crypto.getRandomValues(new Uint32Array(1))[0]);
}

/**
 * Calls back when the account of this window may have changed: from then on no data of the former account may be shown. `expired`: the
 * session has expired, so the same person is likely to sign in again.
 */
export function onAccountChange(listener: (expired: boolean) => void): () => void {
  accountListeners.add(listener);
  return () => accountListeners.delete(listener);
}

function accountChanged(expired = false): void {
  for (const listener of accountListeners) listener(expired);
}

/** Call it after a sign-in with name and password. It also replaces the session of another account. */
export function startSession(response: TokenResponse): void {
  if (session.state !== 'signed-out') accountChanged();
  setSignInId(newSignInId());
  setToken(response);
}

export function endSession(because: EndOfSession = 'signed-out'): void {
  renewAt = 0;
  signInId = null;
  localStorage.removeItem(SIGN_IN_KEY);
  accountChanged(because === 'expired');
  setSession({ state: 'signed-out', because });
}

// Signing out in one window signs out the others, and signing in signs them in.
window.addEventListener('storage', ({ key, newValue }) => {
  if (key !== SIGN_IN_KEY || newValue === signInId) return;
  if (newValue === null) return endSession();
  accountChanged();
  signInId = newValue;
  setSession({ state: 'unknown' });
});

export function currentSession(): Session {
  return session;
}

/** The id of the account that is signed in, from its access token (RFC 7519); null if there is none. */
export function currentAccountId(): string | null {
  if (session.state !== 'signed-in') return null;
  try {
    const [, claims = ''] = session.token.split('.');
    const { sub } = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))) as { sub?: unknown };
    return typeof sub === 'string' ? sub : null;
  } catch {
    return null;
  }
}

export function useSession(): Session {
  return useSyncExternalStore((listener) => {
    sessionListeners.add(listener);
    return () => sessionListeners.delete(listener);
  }, currentSession);
}

/**
 * Gets a new access token for the refresh cookie. Each use of the cookie replaces it, so there is one call at a time: callers of this
 * window share a promise, and windows take turns by a lock.
 */
function renew(): Promise<Session> {
  renewal ??= withLock(renewNow).finally(() => {
    renewal = null;
  });
  return renewal;
}

async function renewNow(): Promise<Session> {
  let response = (await prefetchedResponse(takePrefetchedRefresh(signInId))) ?? (await postRefresh());
  // 409: another window used the cookie at the same moment. This browser has the new cookie by now.
  if (response.status === 409) response = await postRefresh();
  if (response.ok) {
    const body = (await response.json()) as TokenResponse;
    // All windows of the browser share the cookie. If another window has signed in meanwhile, the token is of that account.
    const id = localStorage.getItem(SIGN_IN_KEY) ?? newSignInId();
    if (id !== signInId) accountChanged();
    setSignInId(id);
    setToken(body);
  } else if (response.status === 401) {
    endSession('expired');
  } else {
    throw problemFrom(response, await response.json().catch(() => null));
  }
  return session;
}

function postRefresh(): Promise<Response> {
  return fetchWithClock('/api/v1/auth/refresh', { method: 'POST' }).catch(() => {
    throw networkProblem();
  });
}

async function prefetchedResponse(taken: ReturnType<typeof takePrefetched>): Promise<Response | null> {
  const result = await taken;
  if (result) correctClock(result.response.headers, result.sentAt);
  return result?.response ?? null;
}

/** The session with a valid token. A request is sent only if the present token has expired or there is none. */
export async function freshSession(): Promise<Session> {
  const needsToken = session.state === 'unknown' || (session.state === 'signed-in' && Date.now() > renewAt);
  return needsToken ? renew() : session;
}

/**
 * Sends a request with the access token. The token is renewed before it expires, and once more when the server refuses it. A request that
 * was started for one account is never sent for another one.
 */
export async function authorized<Result extends { status: number }>(
  send: (token: string | null) => Promise<Result>,
): Promise<Result> {
  const startedAs = signInId;
  const current = await freshSession();
  if (current.state !== 'signed-in') return send(null);
  requireSameSignIn(startedAs);
  const response = await send(current.token);
  if (response.status !== 401) return response;
  const renewed = await renew();
  if (renewed.state !== 'signed-in') return response;
  requireSameSignIn(startedAs);
  return send(renewed.token);
}

function requireSameSignIn(id: string | null): void {
  if (signInId === id) return;
  throw new Problem({
    status: 401,
    code: 'other_account',
    detail: () => t`Another account has signed in in another window. Try again to go on with that account.`,
  });
}

/** `fetch` with the access token. */
export async function authorizedFetch(request: Request): Promise<Response> {
  const startedAs = signInId;
  const prefetched = await prefetchedResponse(takePrefetched(request, startedAs));
  if (prefetched) return prefetched;
  if (signInId !== null) requireSameSignIn(startedAs);
  return authorized((token) => {
    const copy = request.clone();
    if (token !== null) copy.headers.set('Authorization', `Bearer ${token}`);
    return fetchWithClock(copy);
  });
}
