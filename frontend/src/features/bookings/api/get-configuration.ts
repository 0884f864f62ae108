import { queryOptions } from '@tanstack/react-query';
import { api, unwrap } from '@/lib/client';

/** How this installation takes bookings. It changes when the server is started anew. */
export const configurationQuery = queryOptions({
  queryKey: ['configuration'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/configuration', { signal })),
  staleTime: 60_000,
});
