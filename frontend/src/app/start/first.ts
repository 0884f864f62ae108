import { prefetch } from '@/lib/http/prefetch';
import { pageAt } from './pages';

// The first script. It is small, and runs while the browser is still loading the app (`main.tsx`). It requests the code and the data of the
// page and the session at the same time as the app, and not one after the other. `lazyPage` waits for the code.
const page = pageAt(window.location.pathname);
if (page) prefetch(page.reads);
page?.load().catch(() => undefined);

// The browser loads its tables of dates and numbers on first use, which takes 0.1 s on a slow phone. Here nothing else waits for it.
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
new Intl.DateTimeFormat('en-GB', { timeZone }).format(0);
new Intl.NumberFormat().format(0);
