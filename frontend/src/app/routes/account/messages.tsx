import { Page } from '@/components/layout/page';
import { MailList } from '@/features/mails/mail-list';

export function MessagesPage() {
  return (
    <Page title="Messages">
      <h1>Messages</h1>
      <MailList />
    </Page>
  );
}
