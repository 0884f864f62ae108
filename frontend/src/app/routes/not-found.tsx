import { t } from '@lingui/core/macro';
import { useLingui } from '@lingui/react';
import { Link } from '@tanstack/react-router';
import { Page } from '@/components/layout/page';
import { EmptyNote } from '@/components/messages/empty-note';

/** Instead of a page whose address leads nowhere. `title` says what was not found; the page by default. */
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
