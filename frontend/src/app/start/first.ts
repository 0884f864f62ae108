import { prefetch } from '@/lib/http/prefetch';
import { pageAt } from './pages';

// The first script, which is small and runs while the browser still fetches the app (`main.tsx`): so the code of the page, the session and
// the data of the page are requested beside it, not one after the other. The page waits for its code by itself (`lazyPage`).
const page = pageAt(window.location.pathname);
if (page) prefetch(page.reads);
page?.load().catch(() => undefined);

// The browser loads its tables of dates and numbers when they are first needed, which takes a slow phone a tenth of a second. Here it has time.
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
new Intl.DateTimeFormat('en-GB', { timeZone }).format(0);
new Intl.NumberFormat().format(0);
