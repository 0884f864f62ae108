import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from './client';

/** The e-mail address of the account. */
export const emailQuery = () =>
  queryOptions({
    queryKey: ['accounts', 'email'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/auth/email', { signal })),
  });

/** Null removes the address. */
export function useChangeEmail() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (email: string | null) => unwrap(api.PUT('/api/v1/auth/email', { body: { email } })),
    onSuccess: (data) => queries.setQueryData(emailQuery().queryKey, data),
  });
}
