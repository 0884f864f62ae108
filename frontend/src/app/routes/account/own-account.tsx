import { Card } from '@/components/layout/card';
import { Page } from '@/components/layout/page';
import { QueryFallback } from '@/components/messages/query-fallback';
import { useAccountQuery } from '@/features/accounts/api';
import { CloseAccount } from '@/features/accounts/close-account';
import { EmailForm } from '@/features/accounts/email-form';
import { PasswordForm } from '@/features/accounts/password-form';
import { SessionList } from '@/features/accounts/session-list';

/** The account that is signed in: its password, where it is signed in, and its end. */
export function OwnAccountPage() {
  const query = useAccountQuery();
  return (
    <Page title="My account" narrow>
      <h1>My account</h1>
      {query.data ? (
        <>
          <p>
            You are signed in as <strong>{query.data.username}</strong>.
          </p>
          <Card wide aria-labelledby="news">
            <h2 id="news">News of your trips</h2>
            <EmailForm />
          </Card>
          <Card wide aria-labelledby="password">
            <h2 id="password">Password</h2>
            <PasswordForm username={query.data.username} />
          </Card>
          <Card wide aria-labelledby="devices">
            <h2 id="devices">Devices</h2>
            <SessionList />
          </Card>
          <Card wide aria-labelledby="close">
            <h2 id="close">Close the account</h2>
            <CloseAccount />
          </Card>
        </>
      ) : (
        <QueryFallback
          query={query}
          loading="Loading your account"
          failed="Your account could not be loaded."
          heights={[200, 200]}
        />
      )}
    </Page>
  );
}
