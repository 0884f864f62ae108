/** When this window was last reloaded for a release, so that a server with a broken release does not cause endless reloads. */
const STORAGE_KEY = 'skyqueue.reloaded-at';
const MIN_INTERVAL_MS = 60_000;

/**
 * Called after a part of the app could not be loaded. If the server can be reached, it has a newer release than this window, or the browser
 * has cached the failure, so the whole app is reloaded. If the server cannot be reached, nothing happens.
 */
export async function loadNewerRelease(reload: () => void = () => window.location.reload()): Promise<void> {
  const served = await fetch('/', { cache: 'no-store' }).then(
    (response) => response.ok,
    () => false,
  );
  if (!served) return;
  const last = Number(sessionStorage.getItem(STORAGE_KEY) ?? 0);
  if (Date.now() - last < MIN_INTERVAL_MS) return;
  sessionStorage.setItem(STORAGE_KEY, String(Date.now()));
  reload();
}
