import { MantineProvider } from '@mantine/core';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { theme } from './theme';

interface Props {
  queries: QueryClient;
  children: ReactNode;
  /** `test` turns transitions off. */
  env?: 'default' | 'test';
}

export function Providers({ queries, children, env = 'default' }: Props) {
  return (
    <QueryClientProvider client={queries}>
      <MantineProvider theme={theme} forceColorScheme="light" env={env}>
        {children}
      </MantineProvider>
    </QueryClientProvider>
  );
}
