import { queryOptions } from '@tanstack/react-query';
import type { EventType, KeyScope } from '@/features/operations/api-types';
import { POLL_MS } from '@/features/operations/live-updates';
import { operationsQueries, useChange } from '@/features/operations/queries';
import { api, unwrap } from '@/lib/client';

const LIVE = { refetchInterval: POLL_MS, staleTime: 0 };

export const integrationQueries = {
  keys: () =>
    queryOptions({
      queryKey: [...operationsQueries.all(), 'api-keys'],
      queryFn: async ({ signal }) => (await unwrap(api.GET('/admin/api-keys', { signal }))).data,
      staleTime: 0,
    }),

  webhooks: () =>
    queryOptions({
      queryKey: [...operationsQueries.all(), 'webhooks'],
      queryFn: async ({ signal }) => (await unwrap(api.GET('/admin/webhooks', { signal }))).data,
      ...LIVE,
    }),

  deliveries: (webhookId: string) =>
    queryOptions({
      queryKey: [...operationsQueries.all(), 'webhooks', webhookId, 'deliveries'],
      queryFn: async ({ signal }) => {
        const params = { path: { webhook_id: webhookId } };
        return (await unwrap(api.GET('/admin/webhooks/{webhook_id}/deliveries', { params, signal }))).data;
      },
      ...LIVE,
    }),
};

export function useCreateKey() {
  return useChange((body: { name: string; scopes: KeyScope[] }) =>
    unwrap(api.POST('/admin/api-keys', { body })),
  );
}

export function useRevokeKey() {
  return useChange((id: string) =>
    unwrap(api.DELETE('/admin/api-keys/{key_id}', { params: { path: { key_id: id } } })),
  );
}

export function useCreateWebhook() {
  return useChange((body: { url: string; events: EventType[] }) =>
    unwrap(api.POST('/admin/webhooks', { body })),
  );
}

export function useRotateSecret() {
  return useChange((id: string) =>
    unwrap(api.POST('/admin/webhooks/{webhook_id}/rotate-secret', { params: { path: { webhook_id: id } } })),
  );
}

type WebhookAction = 'ping' | 'enable' | 'disable' | 'delete';

export function useWebhookAction() {
  return useChange(async ({ id, act }: { id: string; act: WebhookAction }) => {
    const params = { path: { webhook_id: id } };
    switch (act) {
      case 'ping':
        await unwrap(api.POST('/admin/webhooks/{webhook_id}/ping', { params }));
        break;
      case 'delete':
        await unwrap(api.DELETE('/admin/webhooks/{webhook_id}', { params }));
        break;
      case 'enable':
      case 'disable':
        await unwrap(
          api.PATCH('/admin/webhooks/{webhook_id}', { params, body: { enabled: act === 'enable' } }),
        );
    }
  });
}

export function useReplayDelivery() {
  return useChange(({ webhookId, deliveryId }: { webhookId: string; deliveryId: string }) =>
    unwrap(
      api.POST('/admin/webhooks/{webhook_id}/deliveries/{delivery_id}/replay', {
        params: { path: { webhook_id: webhookId, delivery_id: deliveryId } },
      }),
    ),
  );
}
