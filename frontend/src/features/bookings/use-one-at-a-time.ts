import { useRef } from 'react';

/** For mutations: drops a call while the one before it is under way: a second click may come before the button has gone to sleep. */
export function useOneAtATime<Args extends unknown[]>(act: (...args: Args) => Promise<unknown>) {
  const underWay = useRef(false);
  return async (...args: Args): Promise<void> => {
    if (underWay.current) return;
    underWay.current = true;
    try {
      await act(...args);
    } catch {
      // The mutation keeps it, and its page says it.
    } finally {
      underWay.current = false;
    }
  };
}
