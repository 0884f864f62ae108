import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { api, unwrap } from '@/lib/client';
import { asProblem, type Problem } from '@/lib/problem';
import { endSession, startSession, useSession } from '@/lib/session';

export interface Credentials {
  username: string;
  password: string;
}

export const accountQueries = {
  me: () =>
    queryOptions({
      queryKey: ['accounts', 'me'],
      queryFn: ({ signal }) => unwrap(api.GET('/api/v1/auth/me', { signal })),
      staleTime: Number.POSITIVE_INFINITY,
    }),
};

/** The query for the account that is signed in. It does not run without a session. */
export function useAccountQuery() {
  const session = useSession();
  return useQuery({ ...accountQueries.me(), enabled: session.state !== 'signed-out' });
}

/** The account that is signed in; undefined while it is not loaded, and without a session. */
export function useAccount() {
  const session = useSession();
  const { data } = useAccountQuery();
  return session.state === 'signed-out' ? undefined : data;
}

export function useSignIn() {
  return useMutation({ mutationFn: signIn });
}

/** Creates the account and signs in with it. */
export function useRegister() {
  return useMutation({
    mutationFn: async (credentials: Credentials) => {
      const nameTaken = await register(credentials);
      // The name may be taken because this form created the account before, and the response or the sign-in was lost.
      await signIn(credentials).catch((reason: unknown) => {
        throw nameTaken && asProblem(reason).code === 'invalid_credentials' ? nameTaken : reason;
      });
    },
  });
}

export function useSignOut() {
  return useMutation({
    // This browser ends its session also when the request fails.
    mutationFn: () => unwrap(api.POST('/api/v1/auth/logout')).catch(() => undefined),
    onSettled: () => endSession(),
  });
}

async function signIn(credentials: Credentials): Promise<void> {
  const body = { ...credentials, grant_type: 'password' as const };
  // OAuth 2 requires a form. The client writes the body as one because of this header.
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  startSession(await unwrap(api.POST('/api/v1/auth/token', { body, headers })));
}

/** Null, or the problem that the name is taken. */
async function register(credentials: Credentials): Promise<Problem | null> {
  try {
    await unwrap(api.POST('/api/v1/auth/register', { body: credentials }));
    return null;
  } catch (reason) {
    const problem = asProblem(reason);
    if (problem.code === 'username_taken') return problem;
    throw problem;
  }
}
