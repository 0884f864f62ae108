import { t } from '@lingui/core/macro';
import { useLingui } from '@lingui/react';
import { Button } from '@mantine/core';
import { type ComponentType, useEffect, useReducer } from 'react';
import { Page } from '@/components/layout/page';
import { EmptyNote } from '@/components/messages/empty-note';
import { loadNewerRelease } from './release';

const RETRY_MS = [1000, 2000, 4000, 8000];

interface LazyPage {
  (): React.ReactNode;
  /** Called by the router when the pointer is over a link to the page. It never fails, because the page itself tries again. */
  preload: () => Promise<void>;
}

/**
 * A page whose code is loaded when it is first shown. Without a connection a text says so, and the code is requested again until it is
 * loaded. If a newer release has replaced the file, the whole app is reloaded at this address.
 */
export function lazyPage(load: () => Promise<ComponentType>): LazyPage {
  let Loaded: ComponentType | null = null;
  const attempt = async () => {
    Loaded ??= await load();
  };

  function Lazy() {
    // Renders the whole page again when the language changes.
    useLingui();
    const [, rerender] = useReducer((renders: number) => renders + 1, 0);
    return Loaded ? <Loaded /> : <WaitingPage attempt={attempt} onLoaded={rerender} />;
  }

  return Object.assign(Lazy, { preload: () => attempt().catch(() => undefined) });
}

interface Props {
  attempt: () => Promise<void>;
  onLoaded: () => void;
}

function WaitingPage({ attempt, onLoaded }: Props) {
  const [failures, failed] = useReducer((count: number) => count + 1, 0);
  const [tries, tryNow] = useReducer((count: number) => count + 1, 0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `tries` begins a new attempt
  useEffect(() => {
    let current = true;
    attempt().then(
      () => current && onLoaded(),
      async () => {
        await loadNewerRelease();
        if (current) failed();
      },
    );
    return () => {
      current = false;
    };
  }, [tries, attempt, onLoaded]);

  useEffect(() => {
    if (failures === 0) return;
    const timer = setTimeout(tryNow, RETRY_MS[Math.min(failures, RETRY_MS.length) - 1]);
    window.addEventListener('online', tryNow);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('online', tryNow);
    };
  }, [failures]);

  if (failures === 0) {
    return (
      <Page title={t`Loading`}>
        <p role="status" data-loading>{t`Loading the page…`}</p>
      </Page>
    );
  }
  return (
    <Page title={t`Waiting for the connection`}>
      <div role="status">
        <EmptyNote title={t`Waiting for the connection`} level={1}>
          <p>
            {t`This page has not been loaded yet. It opens by itself once the server can be reached. Nothing is lost.`}
          </p>
        </EmptyNote>
      </div>
      <Button variant="default" mx="auto" onClick={tryNow}>
        {t`Try now`}
      </Button>
    </Page>
  );
}
