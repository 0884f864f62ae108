import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { MantineProvider } from '@mantine/core';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { forgetDraft } from '@/features/bookings/checkout/kept-draft';
import { forgetSearches } from '@/features/search/start/recent-searches';
import { forgetWaiting } from '@/features/waitlist/remembered';
import { clearQueries } from '@/lib/query-client';
import { onAccountChange } from '@/lib/session';
import { theme } from './theme';

interface Props {
  queries: QueryClient;
  children: ReactNode;
  /** In tests Mantine has no transitions. */
  env?: 'default' | 'test';
}

/** What every component can use: queries, the language and the theme. Forgets everything of an account when it leaves. */
export function Providers({ queries, children, env = 'default' }: Props) {
  useEffect(
    () =>
      onAccountChange((lapsed) => {
        clearQueries(queries);
        // What was filled in waits for the same account, and is shown to no other one.
        if (!lapsed) forgetDraft();
        forgetSearches();
        forgetWaiting();
      }),
    [queries],
  );
  return (
    <QueryClientProvider client={queries}>
      <I18nProvider i18n={i18n}>
        <MantineProvider theme={theme} defaultColorScheme="auto" deduplicateCssVariables={false} env={env}>
          {children}
        </MantineProvider>
      </I18nProvider>
    </QueryClientProvider>
  );
}
