import { Head } from '@/features/operations/parts/console';
import { ApiKeys } from './api-keys';
import { Webhooks } from './webhooks';

/** What other programs use of us: webhooks and keys. An agent sees all of it and changes nothing. */
export function Integrations({ mayChange }: { mayChange: boolean }) {
  return (
    <>
      <Head title="Webhooks and keys" />
      <Webhooks mayChange={mayChange} />
      <ApiKeys mayChange={mayChange} />
    </>
  );
}
