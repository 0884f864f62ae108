import { t } from '@lingui/core/macro';
import { useLingui } from '@lingui/react';
import { Link, Outlet, useLocation, useRouter } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { LanguageSelect } from '@/components/controls/language-select';
import { AccountMenu } from '@/features/accounts/account-menu';
import { useAccount } from '@/features/accounts/api';
import { useLazyPart } from '@/lib/hooks/use-lazy-part';
import { type Session, useSession } from '@/lib/session';
import { Logo } from './logo';
import { isOfConsole, usePageLanguage } from './page-language';
import css from './shell.module.css';

// Visitors who are not signed in do not need this code.
const loadNotices = () => import('@/app/notices').then(({ Notices }) => Notices);

/** Header, navigation and footer around every page. */
export function Shell() {
  useLingui();
  const session = useSession();
  const account = useAccount();
  const isStaff = account?.role === 'admin' || account?.role === 'agent';
  const { pathname } = useLocation();
  const main = useFocusOnNavigation();
  const { Part: Notices } = useLazyPart(loadNotices, session.state === 'signed-in');
  useCheckAccessOnChange(session);
  usePageLanguage(pathname);
  return (
    <div className={css.shell} data-wide={isOfConsole(pathname) || undefined}>
      <a href="#main" className={css.skip}>
        {t`Skip to the content`}
      </a>
      <header className={css.header}>
        <div className={css.inside}>
          <Link to="/" search={{}} className={css.brand} aria-label="Skyqueue">
            <Logo />
            <span>Skyqueue</span>
          </Link>
          <nav className={css.nav} aria-label={t`Main`}>
            {session.state === 'signed-out' ? (
              <Link to="/find-booking">{t`Find a booking`}</Link>
            ) : (
              <Link to="/bookings">{t`My trips`}</Link>
            )}
            {isStaff && <Link to="/operations">Operations</Link>}
          </nav>
          <AccountMenu />
        </div>
      </header>
      {Notices && <Notices path={pathname} />}
      <main id="main" ref={main} tabIndex={-1} className={css.main}>
        <Outlet />
      </main>
      <footer className={css.footer}>
        <div className={css.inside}>
          <span>{t`Never sells a seat twice. Never loses a booking it accepted.`}</span>
          <span className={css.links}>
            {!isOfConsole(pathname) && <LanguageSelect />}
            <Link to="/find-booking">{t`Find a booking`}</Link>
            <a href="/schema/swagger">API</a>
          </span>
        </div>
      </footer>
    </div>
  );
}

/**
 * Checks again whether the page may be shown when the account signs out, or another one signs in in another window. It also checks once at
 * the start if the session expired while the app was being loaded, because the router has not checked that.
 */
function useCheckAccessOnChange(session: Session) {
  const router = useRouter();
  const { state } = session;
  const expiredAtStart = session.state === 'signed-out' && session.because === 'expired';
  const checked = useRef(expiredAtStart ? 'unknown' : state);
  useEffect(() => {
    if (checked.current === state) return;
    checked.current = state;
    if (state !== 'signed-in') void router.invalidate();
  }, [state, router]);
}

/** Moves the focus to a new page, as the browser does after loading a page. On the first page the focus stays where the browser put it. */
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
