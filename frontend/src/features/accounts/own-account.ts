import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/lib/client';
import { endSession } from '@/lib/session';

export interface PasswordChange {
  current_password: string;
  new_password: string;
}

export const sessionQueries = {
  list: () =>
    queryOptions({
      queryKey: ['accounts', 'sessions'],
      queryFn: ({ signal }) => answer(api.GET('/api/v1/auth/sessions', { signal })),
    }),
};

/** Every other session ends with it. */
export function useChangePassword() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: PasswordChange) => answer(api.POST('/api/v1/auth/password', { body })),
    onSuccess: () => queries.invalidateQueries(sessionQueries.list()),
  });
}

export function useEndSession() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      answer(api.DELETE('/api/v1/auth/sessions/{session_id}', { params: { path: { session_id: id } } })),
    // Also when it failed: somebody else may have ended it.
    onSettled: () => queries.invalidateQueries(sessionQueries.list()),
  });
}

/** This browser stays signed in when the server could not be told, because the others do. */
export function useSignOutEverywhere() {
  return useMutation({
    mutationFn: () => answer(api.POST('/api/v1/auth/logout-everywhere')),
    onSuccess: () => endSession(),
  });
}

export function useCloseAccount() {
  return useMutation({
    mutationFn: (password: string) => answer(api.DELETE('/api/v1/auth/me', { body: { password } })),
    onSuccess: () => endSession('closed'),
  });
}
