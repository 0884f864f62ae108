import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { answer, api } from '@/lib/client';
import { asProblem, type Problem } from '@/lib/problem';
import { signedIn, signedOut, useSession } from '@/lib/session';

export interface Credentials {
  username: string;
  password: string;
}

async function signIn(credentials: Credentials): Promise<void> {
  const body = { ...credentials, grant_type: 'password' as const };
  // A form, as OAuth 2 has it; the client writes it as one because of this header.
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  signedIn(await answer(api.POST('/api/v1/auth/token', { body, headers })));
}

export function useSignIn() {
  return useMutation({ mutationFn: signIn });
}

/** Opens the account and signs in with it. */
export function useRegister() {
  return useMutation({
    mutationFn: async (credentials: Credentials) => {
      const refusal = await register(credentials);
      // It may be their own: opened by this very form a moment ago, when the answer or the sign-in after it was lost.
      await signIn(credentials).catch((reason: unknown) => {
        throw refusal && asProblem(reason).code === 'invalid_credentials' ? refusal : reason;
      });
    },
  });
}

/** Null, or that somebody has the name. */
async function register(credentials: Credentials): Promise<Problem | null> {
  try {
    await answer(api.POST('/api/v1/auth/register', { body: credentials }));
    return null;
  } catch (reason) {
    const problem = asProblem(reason);
    if (problem.code === 'username_taken') return problem;
    throw problem;
  }
}

export function useSignOut() {
  return useMutation({
    // Whatever the server says, this browser forgets.
    mutationFn: () => answer(api.POST('/api/v1/auth/logout')).catch(() => undefined),
    onSettled: signedOut,
  });
}

function whoAmI() {
  return queryOptions({
    queryKey: ['me'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/auth/me', { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The question who is signed in; not asked while nobody is. */
export function useWho() {
  const session = useSession();
  return useQuery({ ...whoAmI(), enabled: session.state !== 'signed-out' });
}

/** The account of this session; undefined while it is not known, and when there is none. */
export function useMe() {
  const session = useSession();
  const { data } = useWho();
  return session.state === 'signed-out' ? undefined : data;
}
