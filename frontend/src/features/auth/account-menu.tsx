import { Menu, UnstyledButton } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useSession } from '@/lib/session';
import css from './account-menu.module.css';
import { useMe, useSignOut } from './api';

/** Who is signed in and the way out, or the way in. */
export function AccountMenu() {
  const session = useSession();
  const me = useMe();
  const signOut = useSignOut();
  const navigate = useNavigate();

  // To a page for everybody first, so that none asks for the session that just ended.
  async function leave() {
    await navigate({ to: '/' });
    signOut.mutate();
  }

  if (session.state === 'signed-out') {
    return (
      <Link to="/sign-in" search={{}} className={css.enter}>
        Sign in
      </Link>
    );
  }
  return (
    <Menu position="bottom-end" shadow="md" width={200}>
      <Menu.Target>
        <UnstyledButton className={css.account} aria-label={me ? `Account of ${me.username}` : 'Account'}>
          {me?.username.slice(0, 1).toUpperCase() ?? '·'}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me ? `Signed in as ${me.username}` : 'Signed in'}</Menu.Label>
        <Menu.Item component={Link} to="/bookings">
          My bookings
        </Menu.Item>
        <Menu.Item onClick={leave}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
