import { MantineProvider } from '@mantine/core';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { forgetSearches } from '@/features/flights/recent-searches';
import { forget } from '@/lib/query';
import { onLeaving } from '@/lib/session';
import { theme } from './theme';

interface Props {
  queries: QueryClient;
  children: ReactNode;
  /** `test` turns transitions off. */
  env?: 'default' | 'test';
}

export function Providers({ queries, children, env = 'default' }: Props) {
  useEffect(
    () =>
      onLeaving(() => {
        forget(queries);
        forgetSearches();
      }),
    [queries],
  );
  return (
    <QueryClientProvider client={queries}>
      <MantineProvider theme={theme} forceColorScheme="light" env={env}>
        {children}
      </MantineProvider>
    </QueryClientProvider>
  );
}
