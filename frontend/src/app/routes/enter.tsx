import { getRouteApi, Link, useRouter } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Page } from '@/components/page';
import { useRegister, useSignIn } from '@/features/auth/api';
import { CredentialsForm } from '@/features/auth/credentials-form';
import css from './enter.module.css';

const signInRoute = getRouteApi('/sign-in');
const registerRoute = getRouteApi('/register');

export function SignInPage() {
  const { next } = signInRoute.useSearch();
  const onDone = useGoOn(next);
  return (
    <Card title="Sign in">
      <CredentialsForm mutation={useSignIn()} action="Sign in" password="current-password" onDone={onDone} />
      <p className={css.other}>
        New here?{' '}
        <Link to="/register" replace search={next ? { next } : {}}>
          Create an account
        </Link>
      </p>
    </Card>
  );
}

export function RegisterPage() {
  const { next } = registerRoute.useSearch();
  const onDone = useGoOn(next);
  return (
    <Card title="Create an account">
      <CredentialsForm
        mutation={useRegister()}
        action="Create account"
        password="new-password"
        nameHint="3 to 64 characters: letters (a to z), digits and _ . @ -"
        passwordHint="At least 8 characters. Length is what makes it strong."
        onDone={onDone}
      />
      <p className={css.other}>
        Have one already?{' '}
        <Link to="/sign-in" replace search={next ? { next } : {}}>
          Sign in
        </Link>
      </p>
    </Card>
  );
}

function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Page title={title} narrow>
      <div className={css.card}>
        <h1>{title}</h1>
        {children}
      </div>
    </Page>
  );
}

function useGoOn(next: string | undefined): () => void {
  const router = useRouter();
  return () => router.history.replace(next ?? '/');
}
