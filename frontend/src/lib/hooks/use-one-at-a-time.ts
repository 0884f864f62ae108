import { useRef } from 'react';

/**
 * Drops a call that is made while the one before it is running. For mutations: a second click may come before the button is drawn as
 * disabled. An error is not thrown, because the mutation keeps it for the page to show.
 */
export function useOneAtATime<Args extends unknown[]>(call: (...args: Args) => Promise<unknown>) {
  const running = useRef(false);
  return async (...args: Args): Promise<void> => {
    if (running.current) return;
    running.current = true;
    try {
      await call(...args);
    } catch {
      // The page reads it from the mutation.
    } finally {
      running.current = false;
    }
  };
}
