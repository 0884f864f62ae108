import { type ComponentType, useEffect, useReducer, useState } from 'react';

const RETRY_MS = 2000;

interface LazyPart<Props> {
  /** Null until it is loaded. */
  Part: ComponentType<Props> | null;
  /** Loading has failed, and is being tried again. */
  failed: boolean;
}

/** Loads the code of a part of a page when `needed` becomes true, and tries again until that succeeds. `load` must not change. */
export function useLazyPart<Props>(
  load: () => Promise<ComponentType<Props>>,
  needed: boolean,
): LazyPart<Props> {
  const [Part, setPart] = useState<ComponentType<Props> | null>(null);
  const [failures, countFailure] = useReducer((count: number) => count + 1, 0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each failure is followed by another attempt
  useEffect(() => {
    if (!needed || Part) return;
    let current = true;
    let timer: ReturnType<typeof setTimeout>;
    load().then(
      (loaded) => current && setPart(() => loaded),
      () => {
        if (current) timer = setTimeout(countFailure, RETRY_MS);
      },
    );
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [needed, Part, failures]);

  return { Part, failed: failures > 0 && !Part };
}
