import { t } from '@lingui/core/macro';
import { getRouteApi, Link, useRouter } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Card } from '@/components/layout/card';
import { Page } from '@/components/layout/page';
import { Notice } from '@/components/messages/notice';
import { useRegister, useSignIn } from '@/features/accounts/api';
import { CredentialsForm } from '@/features/accounts/credentials-form';
import { useSession } from '@/lib/session';
import css from './sign-in.module.css';

const signInRoute = getRouteApi('/sign-in');
const registerRoute = getRouteApi('/register');

export function SignInPage() {
  const { next } = signInRoute.useSearch();
  return (
    <AccountPage title={t`Sign in`}>
      <SignedOutNotice />
      <CredentialsForm
        mutation={useSignIn()}
        action={t`Sign in`}
        passwordKind="current-password"
        onDone={useGoToNext(next)}
      />
      <p className={css.other}>
        {t`New here?`}{' '}
        <Link to="/register" replace search={next ? { next } : {}}>
          {t`Create an account`}
        </Link>
      </p>
      <p className={css.other}>
        {t`No account, but a booking reference?`} <Link to="/find-booking">{t`Find your booking`}</Link>
      </p>
    </AccountPage>
  );
}

/** Why the last session has ended, unless the user signed out. */
function SignedOutNotice() {
  const session = useSession();
  const because = session.state === 'signed-out' && session.because;
  if (because === 'closed') return <Notice role="status">{t`Your account is closed.`}</Notice>;
  return because === 'expired' && <Notice>{t`Your sign-in has ended. Sign in again to go on.`}</Notice>;
}

export function RegisterPage() {
  const { next } = registerRoute.useSearch();
  return (
    <AccountPage title={t`Create an account`}>
      <CredentialsForm
        mutation={useRegister()}
        action={t`Create account`}
        passwordKind="new-password"
        nameHint={t`Your e-mail address, for tickets and news of your trips. Or a name of 3 to 64 characters: letters (a to z), digits and _ . @ -`}
        passwordHint={t`At least 8 characters. The longer, the safer.`}
        onDone={useGoToNext(next)}
      />
      <p className={css.other}>
        {t`Have one already?`}{' '}
        <Link to="/sign-in" replace search={next ? { next } : {}}>
          {t`Sign in`}
        </Link>
      </p>
    </AccountPage>
  );
}

function AccountPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Page title={title} narrow>
      <Card wide>
        <h1>{title}</h1>
        {children}
      </Card>
    </Page>
  );
}

/** Opens the page that the visitor had requested before signing in. It replaces the sign-in page in the history. */
function useGoToNext(next: string | undefined): () => void {
  const router = useRouter();
  return () => router.history.replace(next ?? '/');
}
