import { t } from '@lingui/core/macro';
import { Page } from '@/components/layout/page';
import { MailList } from '@/features/mails/mail-list';

export function MessagesPage() {
  return (
    <Page title={t`Messages`}>
      <h1>{t`Messages`}</h1>
      <MailList />
    </Page>
  );
}
