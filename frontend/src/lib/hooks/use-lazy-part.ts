import { type ComponentType, useEffect, useReducer, useState } from 'react';

const RETRY_MS = 2000;

interface LazyPart<Props> {
  /** Null until it is loaded. */
  Part: ComponentType<Props> | null;
  /** It could not be loaded, and is tried again. */
  failed: boolean;
}

/** A part of a page whose code is loaded once it is wanted. Without a connection it is tried again until it comes. `load` never changes. */
export function useLazyPart<Props>(
  load: () => Promise<ComponentType<Props>>,
  wanted: boolean,
): LazyPart<Props> {
  const [Part, setPart] = useState<ComponentType<Props> | null>(null);
  const [failures, countFailure] = useReducer((count: number) => count + 1, 0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each failure is followed by another attempt
  useEffect(() => {
    if (!wanted || Part) return;
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
  }, [wanted, Part, failures]);

  return { Part, failed: failures > 0 && !Part };
}
