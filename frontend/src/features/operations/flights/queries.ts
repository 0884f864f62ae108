import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { FlightBody, FlightSort, FlightStatus } from '@/features/operations/api-types';
import { pollMs } from '@/features/operations/live-updates';
import { operationsQueries, useChange } from '@/features/operations/queries';
import { withoutUndefined } from '@/features/operations/without-undefined';
import { api, unwrap, unwrapWithHeaders } from '@/lib/client';

const PAGE_SIZE = 50;

interface FlightFilter {
  q?: string | undefined;
  source?: string | undefined;
  destination?: string | undefined;
  date?: string | undefined;
  /** The first day of departure. */
  from_date?: string | undefined;
  status?: string | undefined;
  order?: string | undefined;
}

/** The parameters of the list, which the export takes as well. */
function parameters({ q, source, destination, date, from_date, status, order }: FlightFilter) {
  return withoutUndefined({
    q,
    source,
    destination,
    date,
    from_date,
    status: status as FlightStatus | undefined,
    sort: order as FlightSort | undefined,
  });
}

export function exportPath(filter: FlightFilter): string {
  const query = new URLSearchParams(parameters(filter) as Record<string, string>).toString();
  return `/admin/flights/export.csv${query && `?${query}`}`;
}

export const flightQueries = {
  all: () => [...operationsQueries.all(), 'flights'] as const,

  list: (filter: FlightFilter) =>
    infiniteQueryOptions({
      queryKey: [...flightQueries.all(), 'list', filter],
      queryFn: ({ pageParam, signal }) => {
        const query = withoutUndefined({ ...parameters(filter), limit: PAGE_SIZE, cursor: pageParam });
        return unwrap(api.GET('/admin/flights', { params: { query }, signal }));
      },
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.next_cursor ?? undefined,
      staleTime: 0,
    }),

  /** The key of all queries about one flight. */
  of: (id: string) => [...flightQueries.all(), id] as const,

  /** With its ETag, which a change sends back. `isLive`: the page gets events about its changes. */
  detail: (id: string, isLive = false) =>
    queryOptions({
      queryKey: [...flightQueries.of(id), 'detail'],
      queryFn: async ({ signal }) => {
        const params = { path: { flight_id: id } };
        const { data, headers } = await unwrapWithHeaders(
          api.GET('/admin/flights/{flight_id}', { params, signal }),
        );
        return { flight: data, etag: headers.get('ETag') };
      },
      refetchInterval: pollMs(isLive),
      staleTime: 0,
    }),

  inventory: (id: string, isLive = false) =>
    queryOptions({
      queryKey: [...flightQueries.of(id), 'inventory'],
      queryFn: ({ signal }) =>
        unwrap(
          api.GET('/admin/flights/{flight_id}/inventory', { params: { path: { flight_id: id } }, signal }),
        ),
      refetchInterval: pollMs(isLive),
      staleTime: 0,
    }),

  impact: (id: string) =>
    queryOptions({
      queryKey: [...flightQueries.of(id), 'impact'],
      queryFn: ({ signal }) =>
        unwrap(api.GET('/admin/flights/{flight_id}/impact', { params: { path: { flight_id: id } }, signal })),
      staleTime: 0,
    }),

  waitingList: (id: string) =>
    infiniteQueryOptions({
      queryKey: [...flightQueries.of(id), 'waiting-list'],
      queryFn: ({ pageParam, signal }) => {
        const query = withoutUndefined({ limit: PAGE_SIZE, cursor: pageParam });
        return unwrap(
          api.GET('/admin/flights/{flight_id}/line', { params: { path: { flight_id: id }, query }, signal }),
        );
      },
      initialPageParam: undefined as number | undefined,
      getNextPageParam: (page) => page.next_cursor ?? undefined,
      staleTime: 0,
    }),

  scheduleChanges: (id: string) =>
    queryOptions({
      queryKey: [...flightQueries.of(id), 'schedule-changes'],
      queryFn: async ({ signal }) =>
        (
          await unwrap(
            api.GET('/admin/flights/{flight_id}/schedule-changes', {
              params: { path: { flight_id: id } },
              signal,
            }),
          )
        ).data,
      staleTime: 0,
    }),
};

export function useCreateFlight() {
  return useChange((body: FlightBody) => unwrap(api.POST('/admin/flights', { body })));
}

/** The server refuses the change if the flight was changed since `etag` was read. */
export function useReplaceFlight(id: string) {
  return useChange(({ body, etag }: { body: FlightBody; etag: string | null }) =>
    unwrap(
      api.PUT('/admin/flights/{flight_id}', {
        body,
        params: { path: { flight_id: id }, header: withoutUndefined({ 'If-Match': etag ?? undefined }) },
      }),
    ),
  );
}

export function useDeleteFlight(id: string) {
  return useChange((etag: string | null) =>
    unwrap(
      api.DELETE('/admin/flights/{flight_id}', {
        params: { path: { flight_id: id }, header: withoutUndefined({ 'If-Match': etag ?? undefined }) },
      }),
    ),
  );
}

export function useCancelFlight(id: string) {
  return useChange((reason: string) =>
    unwrap(
      api.POST('/admin/flights/{flight_id}/cancel', {
        body: { reason },
        params: { path: { flight_id: id } },
      }),
    ),
  );
}
