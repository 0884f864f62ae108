import { t } from '@lingui/core/macro';
import { Menu, UnstyledButton } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useSession } from '@/lib/session';
import css from './account-menu.module.css';
import { useAccount, useSignOut } from './api';

/** A menu for the account that is signed in, or a link to the sign-in page. */
export function AccountMenu() {
  const session = useSession();
  const account = useAccount();
  const signOut = useSignOut();
  const navigate = useNavigate();

  async function signOutFromHome() {
    // Open a public page first, so that no page needs the session when it ends.
    await navigate({ to: '/' });
    signOut.mutate();
  }

  if (session.state === 'signed-out') {
    return (
      <Link to="/sign-in" search={{}} className={css.signIn}>
        {t`Sign in`}
      </Link>
    );
  }
  return (
    <Menu position="bottom-end" shadow="md" width={200}>
      <Menu.Target>
        <UnstyledButton
          className={css.account}
          aria-label={account ? t`Account of ${{ username: account.username }}` : t`Account`}
        >
          {account?.username.slice(0, 1).toUpperCase() ?? '·'}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{account ? t`Signed in as ${{ username: account.username }}` : t`Signed in`}</Menu.Label>
        <Menu.Item component={Link} to="/bookings">
          {t`My trips`}
        </Menu.Item>
        <Menu.Item component={Link} to="/messages">
          {t`Messages`}
        </Menu.Item>
        <Menu.Item component={Link} to="/account">
          {t`My account`}
        </Menu.Item>
        <Menu.Item onClick={signOutFromHome}>{t`Sign out`}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
