import { Link, Outlet, useLocation, useRouter } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { Logo } from '@/components/logo';
import { AccountMenu } from '@/features/auth/account-menu';
import { useMe } from '@/features/auth/api';
import { type Session, useSession } from '@/lib/session';
import css from './shell.module.css';

/** What surrounds every page. */
export function Shell() {
  const session = useSession();
  const me = useMe();
  const main = useFocusOnNavigation();
  useGuardsOnChange(session.state);
  return (
    <div className={css.shell}>
      <a href="#main" className={css.skip}>
        Skip to the content
      </a>
      <header className={css.header}>
        <div className={css.inside}>
          <Link to="/" search={{}} className={css.brand}>
            <Logo />
            <span>Skyqueue</span>
          </Link>
          <nav className={css.nav} aria-label="Main">
            {session.state !== 'signed-out' && <Link to="/bookings">My bookings</Link>}
            {me?.role === 'admin' && <Link to="/manage">Manage</Link>}
          </nav>
          <AccountMenu />
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1} className={css.main}>
        <Outlet />
      </main>
      <footer className={css.footer}>
        <div className={css.inside}>
          <span>Never sells a seat twice. Never loses a booking it accepted.</span>
          <a href="/schema/swagger">API</a>
        </div>
      </footer>
    </div>
  );
}

/** Whether a page may be seen is asked again when somebody leaves, or comes in in another window. */
function useGuardsOnChange(state: Session['state']) {
  const router = useRouter();
  const known = useRef(state);
  useEffect(() => {
    if (known.current === state) return;
    known.current = state;
    if (state !== 'signed-in') void router.invalidate();
  }, [state, router]);
}

/** A new page takes the focus, as a page load would; the first one leaves it where the browser put it. */
function useFocusOnNavigation() {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return main;
}
