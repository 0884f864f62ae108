import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/lib/client';
import { endSession } from '@/lib/session';

interface PasswordChange {
  current_password: string;
  new_password: string;
}

export const sessionQueries = {
  list: () =>
    queryOptions({
      queryKey: ['accounts', 'sessions'],
      queryFn: ({ signal }) => unwrap(api.GET('/api/v1/auth/sessions', { signal })),
    }),
};

/** Every other session ends with it. */
export function useChangePassword() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: PasswordChange) => unwrap(api.POST('/api/v1/auth/password', { body })),
    onSuccess: () => queries.invalidateQueries(sessionQueries.list()),
  });
}

export function useEndSession() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(api.DELETE('/api/v1/auth/sessions/{session_id}', { params: { path: { session_id: id } } })),
    // Also after a failure, because another window may have ended the session.
    onSettled: () => queries.invalidateQueries(sessionQueries.list()),
  });
}

/** If the request fails, this browser stays signed in, because the other sessions have not ended either. */
export function useSignOutEverywhere() {
  return useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/auth/logout-everywhere')),
    onSuccess: () => endSession(),
  });
}

export function useCloseAccount() {
  return useMutation({
    mutationFn: (password: string) => unwrap(api.DELETE('/api/v1/auth/me', { body: { password } })),
    onSuccess: () => endSession('closed'),
  });
}
