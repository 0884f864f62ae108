import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { BookingStatus } from '@/lib/api-types';
import { api, unwrap } from '@/lib/client';
import type { DeadLetterKind, DeadLetterStatus } from './api-types';
import { POLL_MS } from './live-updates';
import { withoutUndefined } from './without-undefined';

const PAGE_SIZE = 50;

export interface DeadLetterFilter {
  status: DeadLetterStatus;
  kind?: DeadLetterKind | undefined;
  text?: string | undefined;
}

interface BookingFilter {
  reference?: string | undefined;
  name?: string | undefined;
  user?: string | undefined;
  flight_id?: string | undefined;
  status?: BookingStatus | undefined;
}

export interface AuditFilter {
  entity?: string | undefined;
  entityId?: string | undefined;
  /** Whole, such as `flight.cancelled`. */
  action?: string | undefined;
  /** A username. */
  user?: string | undefined;
}

/** For data that changes without an event: it is polled. */
const LIVE = { refetchInterval: POLL_MS, staleTime: 0 };

export const operationsQueries = {
  all: () => ['operations'] as const,

  overview: () =>
    queryOptions({
      queryKey: [...operationsQueries.all(), 'overview'],
      queryFn: ({ signal }) => unwrap(api.GET('/admin/overview', { signal })),
      ...LIVE,
    }),

  queues: () =>
    queryOptions({
      queryKey: [...operationsQueries.all(), 'queues'],
      queryFn: async ({ signal }) => (await unwrap(api.GET('/admin/queues', { signal }))).data,
      ...LIVE,
    }),

  workers: () =>
    queryOptions({
      queryKey: [...operationsQueries.all(), 'workers'],
      queryFn: async ({ signal }) => (await unwrap(api.GET('/admin/workers', { signal }))).data,
      ...LIVE,
    }),

  /** The last passes that found something. */
  sweep: () =>
    queryOptions({
      queryKey: [...operationsQueries.all(), 'sweep'],
      queryFn: ({ signal }) =>
        unwrap(api.GET('/admin/sweep', { params: { query: { only_findings: true, limit: 10 } }, signal })),
      ...LIVE,
    }),

  deadLetters: ({ status, kind, text }: DeadLetterFilter) =>
    infiniteQueryOptions({
      queryKey: [...operationsQueries.all(), 'dead-letters', status, kind, text],
      queryFn: ({ pageParam, signal }) => {
        const query = withoutUndefined({ limit: PAGE_SIZE, status, kind, q: text, cursor: pageParam });
        return unwrap(api.GET('/admin/dead-letters', { params: { query }, signal }));
      },
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.next_cursor ?? undefined,
      staleTime: 0,
    }),

  bookings: (filter: BookingFilter) =>
    infiniteQueryOptions({
      queryKey: [...operationsQueries.all(), 'bookings', filter],
      queryFn: ({ pageParam, signal }) => {
        const query = withoutUndefined({ ...filter, limit: PAGE_SIZE, cursor: pageParam });
        return unwrap(api.GET('/admin/bookings', { params: { query }, signal }));
      },
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.next_cursor ?? undefined,
      staleTime: 0,
    }),

  audit: ({ entity, entityId, action, user }: AuditFilter) =>
    infiniteQueryOptions({
      queryKey: [...operationsQueries.all(), 'audit', entity, entityId, action, user],
      queryFn: ({ pageParam, signal }) => {
        const query = withoutUndefined({
          limit: PAGE_SIZE,
          entity,
          entity_id: entityId,
          action,
          user,
          cursor: pageParam,
        });
        return unwrap(api.GET('/admin/audit', { params: { query }, signal }));
      },
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.next_cursor ?? undefined,
      staleTime: 0,
    }),
};

/** Everything on the screen is loaded again after a change. */
export function useChange<Variables, Data>(change: (variables: Variables) => Promise<Data>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => queries.invalidateQueries({ queryKey: operationsQueries.all() }),
  });
}

export function usePause() {
  return useChange(({ name, paused }: { name: string; paused: boolean }) => {
    const params = { path: { name } };
    return unwrap(
      paused
        ? api.POST('/admin/queues/{name}/pause', { params })
        : api.POST('/admin/queues/{name}/resume', { params }),
    );
  });
}

export type DeadLetterAction = 'replay' | 'discard';

export function useDeadLetterAction() {
  return useChange(({ id, action }: { id: string; action: DeadLetterAction }) => {
    const params = { path: { letter_id: id } };
    return unwrap(
      action === 'replay'
        ? api.POST('/admin/dead-letters/{letter_id}/replay', { params })
        : api.POST('/admin/dead-letters/{letter_id}/discard', { params }),
    );
  });
}

interface BulkRequest {
  act: DeadLetterAction;
  filter: DeadLetterFilter;
  /** The newest dead letter that the preview counted. */
  upTo?: string | null | undefined;
}

function changeMany({ act, filter: { status, kind, text }, upTo }: BulkRequest, preview: boolean) {
  const body = {
    preview,
    filter: withoutUndefined({
      status: status === 'discarded' ? status : ('open' as const),
      kind,
      text,
      up_to: upTo,
    }),
  };
  return unwrap(
    act === 'replay'
      ? api.POST('/admin/dead-letters/replay', { body })
      : api.POST('/admin/dead-letters/discard', { body }),
  );
}

/** Counts what `useBulkAction` would change. */
export function usePreview() {
  return useMutation({ mutationFn: (wanted: BulkRequest) => changeMany(wanted, true) });
}

export function useBulkAction() {
  return useChange((wanted: BulkRequest) => changeMany(wanted, false));
}

export function useInventoryAudit() {
  return useMutation({ mutationFn: () => unwrap(api.GET('/admin/audit/inventory')) });
}

export function useInventoryRepair() {
  return useChange(() => unwrap(api.POST('/admin/audit/inventory/repair')));
}
