import { PageHeader } from '@/features/operations/components/console';
import { ApiKeys } from './api-keys';
import { Webhooks } from './webhooks';

/** Webhooks and API keys, for other programs. An agent sees everything and cannot change it. */
export function Integrations({ mayChange }: { mayChange: boolean }) {
  return (
    <>
      <PageHeader title="Webhooks and keys" />
      <Webhooks mayChange={mayChange} />
      <ApiKeys mayChange={mayChange} />
    </>
  );
}
