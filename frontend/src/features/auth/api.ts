import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/lib/client';
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
      await answer(api.POST('/api/v1/auth/register', { body: credentials }));
      await signIn(credentials);
    },
  });
}

export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    // Whatever the server says, this browser forgets.
    mutationFn: () => answer(api.POST('/api/v1/auth/logout')).catch(() => undefined),
    onSettled: () => {
      signedOut();
      queries.clear();
    },
  });
}

export function whoAmI() {
  return queryOptions({
    queryKey: ['me'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/auth/me', { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The account of this session; undefined while it is not known, and when there is none. */
export function useMe() {
  const session = useSession();
  const { data } = useQuery({ ...whoAmI(), enabled: session.state !== 'signed-out' });
  return session.state === 'signed-out' ? undefined : data;
}
