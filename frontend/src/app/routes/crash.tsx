import { t } from '@lingui/core/macro';
import { useLingui } from '@lingui/react';
import { Button } from '@mantine/core';
import { Page } from '@/components/layout/page';
import { EmptyNote } from '@/components/messages/empty-note';

/** Shown instead of a page that threw an error. Reloading often helps. */
export function Crash() {
  useLingui();
  const title = t`Something went wrong on this page`;
  return (
    <Page title={title}>
      <EmptyNote title={title} level={1}>
        <p>{t`This is a fault of ours. Your bookings are not affected.`}</p>
        <Button mt="md" onClick={() => window.location.reload()}>
          {t`Reload`}
        </Button>
      </EmptyNote>
    </Page>
  );
}
