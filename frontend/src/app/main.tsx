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

// The page does not wait for the session. If the access token cannot be renewed now, the first request renews it.
void freshSession().catch(() => undefined);

/** If the texts of the language take longer to load, the page is first shown in English. */
const MAX_WAIT_MS = 2_000;
const { pathname } = window.location;

void Promise.race([
  Promise.all([showLanguage(languageOfPage(pathname)), fillQueries(queries, pathname)]),
  new Promise((resolve) => setTimeout(resolve, MAX_WAIT_MS)),
]).then(() =>
  createRoot(root).render(
    <StrictMode>
      <Providers queries={queries}>
        <RouterProvider router={router} />
      </Providers>
    </StrictMode>,
  ),
);
