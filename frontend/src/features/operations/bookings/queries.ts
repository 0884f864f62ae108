import { infiniteQueryOptions, queryOptions, useMutation } from '@tanstack/react-query';
import type { LedgerKind } from '@/features/operations/api-types';
import { pollMs } from '@/features/operations/live-updates';
import { operationsQueries, useChange } from '@/features/operations/queries';
import { withoutUndefined } from '@/features/operations/without-undefined';
import { api, unwrap } from '@/lib/client';

const PAGE_SIZE = 50;

export interface LedgerFilter {
  kind?: LedgerKind | undefined;
  status?: string | undefined;
  reference?: string | undefined;
}

export const bookingQueries = {
  /** `isLive`: the page gets events about its changes. */
  detail: (id: string, isLive = false) =>
    queryOptions({
      queryKey: [...operationsQueries.all(), 'booking', id],
      queryFn: ({ signal }) =>
        unwrap(api.GET('/admin/bookings/{booking_id}', { params: { path: { booking_id: id } }, signal })),
      refetchInterval: pollMs(isLive),
      staleTime: 0,
    }),

  ledger: (filter: LedgerFilter) =>
    infiniteQueryOptions({
      queryKey: [...operationsQueries.all(), 'ledger', filter],
      queryFn: ({ pageParam, signal }) => {
        const query = withoutUndefined({ ...filter, limit: PAGE_SIZE, cursor: pageParam });
        return unwrap(api.GET('/admin/payments', { params: { query }, signal }));
      },
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.next_cursor ?? undefined,
      staleTime: 0,
    }),
};

/** Requests a quote: what cancelling would refund. Nothing is cancelled yet. */
export function useQuote(id: string) {
  return useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/v1/bookings/{booking_id}/cancellations', { params: { path: { booking_id: id } } }),
      ),
  });
}

/** Cancels as quoted. */
export function useConfirmQuote() {
  return useChange((quoteId: string) =>
    unwrap(
      api.POST('/api/v1/cancellations/{cancellation_id}/confirm', {
        params: { path: { cancellation_id: quoteId } },
      }),
    ),
  );
}

export function useSendMailAgain(id: string) {
  return useChange(() =>
    unwrap(api.POST('/admin/bookings/{booking_id}/mails', { params: { path: { booking_id: id } } })),
  );
}
