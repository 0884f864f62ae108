import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { MantineProvider } from '@mantine/core';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { clearDraft } from '@/features/bookings/checkout/draft-storage';
import { clearSearches } from '@/features/search/start/recent-searches';
import { clearJoined } from '@/features/waitlist/joined-waiting-lists';
import { clearQueries } from '@/lib/query-client';
import { onAccountChange } from '@/lib/session';
import { theme } from './theme';

interface Props {
  queries: QueryClient;
  children: ReactNode;
  /** In tests Mantine has no transitions. */
  env?: 'default' | 'test';
}

/** The context of all components: queries, language and theme. When the account changes, all data of the former account is removed. */
export function Providers({ queries, children, env = 'default' }: Props) {
  useEffect(
    () =>
      onAccountChange((expired) => {
        clearQueries(queries);
        // After an expired session the draft is kept, because the same person is likely to sign in again. Other accounts do not see it.
        if (!expired) clearDraft();
        clearSearches();
        clearJoined();
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
