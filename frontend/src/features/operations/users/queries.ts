import { infiniteQueryOptions } from '@tanstack/react-query';
import type { Role } from '@/features/operations/api-types';
import { operationsQueries, useChange } from '@/features/operations/queries';
import { withoutUndefined } from '@/features/operations/without-undefined';
import { api, unwrap } from '@/lib/client';

const PAGE_SIZE = 50;

export interface UserFilter {
  /** A part of the name or of the address. */
  q?: string | undefined;
  role?: Role | undefined;
}

export const userQueries = {
  list: (filter: UserFilter) =>
    infiniteQueryOptions({
      queryKey: [...operationsQueries.all(), 'users', filter],
      queryFn: ({ pageParam, signal }) => {
        const query = withoutUndefined({ ...filter, limit: PAGE_SIZE, cursor: pageParam });
        return unwrap(api.GET('/admin/users', { params: { query }, signal }));
      },
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.next_cursor ?? undefined,
      staleTime: 0,
    }),
};

export function useChangeRole() {
  return useChange(({ id, role }: { id: string; role: Role }) =>
    unwrap(api.PUT('/admin/users/{user_id}/role', { params: { path: { user_id: id } }, body: { role } })),
  );
}
