/** When this window was last loaded again for a release: so that a server with a broken release does not make it reload for ever. */
const STORAGE_KEY = 'skyqueue.reloaded-at';
const AT_MOST_EVERY_MS = 60_000;

/**
 * After a part of the app could not be loaded. When the server can be reached, its files are not those that this window runs, or the
 * browser keeps a failure in mind: the whole app is loaded again. Without a server nothing happens.
 */
export async function loadNewerRelease(reload: () => void = () => window.location.reload()): Promise<void> {
  const served = await fetch('/', { cache: 'no-store' }).then(
    (response) => response.ok,
    () => false,
  );
  if (!served) return;
  const last = Number(sessionStorage.getItem(STORAGE_KEY) ?? 0);
  if (Date.now() - last < AT_MOST_EVERY_MS) return;
  sessionStorage.setItem(STORAGE_KEY, String(Date.now()));
  reload();
}
