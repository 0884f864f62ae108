import { useEffect, useState } from 'react';

/** True once `pending` has been true for `afterMs`. */
export function useTakesLong(pending: boolean, afterMs = 3000): boolean {
  const [long, setLong] = useState(false);
  useEffect(() => {
    if (!pending) return;
    const timer = setTimeout(() => setLong(true), afterMs);
    return () => {
      clearTimeout(timer);
      setLong(false);
    };
  }, [pending, afterMs]);
  return pending && long;
}
