import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from './client';

/** Where news of bookings is written to. */
export const emailQuery = () =>
  queryOptions({
    queryKey: ['accounts', 'email'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/auth/email', { signal })),
  });

/** Null: nowhere. */
export function useChangeEmail() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (email: string | null) => answer(api.PUT('/api/v1/auth/email', { body: { email } })),
    onSuccess: (data) => queries.setQueryData(emailQuery().queryKey, data),
  });
}
