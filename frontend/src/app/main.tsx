import './start/first';
import './mantine-styles';
import '@fontsource-variable/bricolage-grotesque';
import '@fontsource-variable/hanken-grotesk';
import '@fontsource-variable/spline-sans-mono';
import './device-fonts.css';
import './tokens.css';
import './styles.css';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { showLanguage } from '@/lib/language';
import { newQueryClient } from '@/lib/query-client';
import { freshSession } from '@/lib/session';
import { Providers } from './providers';
import { newRouter } from './router';
import { languageOfPage } from './shell/page-language';
import { fillQueries } from './start/prefetched-queries';

const queries = newQueryClient();
const router = newRouter(queries);
const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');

// Nothing is to wait for it: what cannot be renewed now is renewed by the first call.
void freshSession().catch(() => undefined);

/** A catalogue that takes longer is shown when it comes: until then the page is English. */
const LONGEST_WAIT_MS = 2_000;
const { pathname } = window.location;

void Promise.race([
  Promise.all([showLanguage(languageOfPage(pathname)), fillQueries(queries, pathname)]),
  new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT_MS)),
]).then(() =>
  createRoot(root).render(
    <StrictMode>
      <Providers queries={queries}>
        <RouterProvider router={router} />
      </Providers>
    </StrictMode>,
  ),
);
