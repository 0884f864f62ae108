import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { LanguageSelect } from '@/components/controls/language-select';
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
  const username = query.data?.username;
  return (
    <Page title={t`My account`} narrow>
      <h1>{t`My account`}</h1>
      {query.data ? (
        <>
          <p>
            <Trans>
              You are signed in as <strong>{username}</strong>.
            </Trans>
          </p>
          <Card wide aria-labelledby="news">
            <h2 id="news">{t`News of your trips`}</h2>
            <EmailForm />
          </Card>
          <Card wide aria-labelledby="language">
            <h2 id="language">{t`Language`}</h2>
            <p>{t`Of all pages in this browser. Messages and tickets are in English.`}</p>
            <LanguageSelect />
          </Card>
          <Card wide aria-labelledby="password">
            <h2 id="password">{t`Password`}</h2>
            <PasswordForm username={query.data.username} />
          </Card>
          <Card wide aria-labelledby="devices">
            <h2 id="devices">{t`Devices`}</h2>
            <SessionList />
          </Card>
          <Card wide aria-labelledby="close">
            <h2 id="close">{t`Close the account`}</h2>
            <CloseAccount />
          </Card>
        </>
      ) : (
        <QueryFallback
          query={query}
          loading={t`Loading your account`}
          failed={t`Your account could not be loaded.`}
          heights={[200, 200]}
        />
      )}
    </Page>
  );
}
