import { t } from '@lingui/core/macro';
import { useLingui } from '@lingui/react';
import { Link } from '@tanstack/react-router';
import { Page } from '@/components/layout/page';
import { EmptyNote } from '@/components/messages/empty-note';

/** Shown for an address without a page. `title` says what was not found; by default the page. */
export function NotFound({ title }: { title?: string }) {
  useLingui();
  return (
    <Page title={t`Not found`}>
      <EmptyNote title={title ?? t`This page was not found`} level={1}>
        {t`It may have been removed, or the address is not complete.`} <Link to="/">{t`Find a flight`}</Link>
      </EmptyNote>
    </Page>
  );
}
