import { t } from '@lingui/core/macro';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import type { SessionView } from '@/lib/api-types';
import { locale, shownLanguage } from '@/lib/language';
import { deviceText } from './device-text';
import { sessionQueries, useEndSession, useSignOutEverywhere } from './own-account';
import css from './session-list.module.css';

/** Where the account is signed in, with a button for each that ends it, and one that ends all. */
export function SessionList() {
  const query = useQuery(sessionQueries.list());
  const ending = useEndSession();
  const everywhere = useSignOutEverywhere();
  if (!query.data) {
    return (
      <QueryFallback
        query={query}
        loading={t`Loading your devices`}
        failed={t`Your devices could not be loaded.`}
        heights={[120]}
      />
    );
  }
  return (
    <>
      <ul className={css.list}>
        {query.data.data.map((session) => (
          <li key={session.id} className={css.row}>
            <div>
              <strong>{deviceText(session.device)}</strong>
              <p className={css.fine}>{session.current ? t`This device` : lastUsedText(session)}</p>
            </div>
            {!session.current && (
              <Button
                variant="default"
                size="sm"
                aria-label={t`Sign out ${{ device: deviceText(session.device) }}`}
                loading={ending.isPending && ending.variables === session.id}
                onClick={() => ending.mutate(session.id)}
              >
                {t`Sign out`}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {ending.isError && <ProblemNote error={ending.error} title={t`The device was not signed out.`} />}
      {everywhere.isError && <ProblemNote error={everywhere.error} title={t`Nothing was signed out.`} />}
      <div>
        <Button variant="default" loading={everywhere.isPending} onClick={() => everywhere.mutate()}>
          {t`Sign out everywhere`}
        </Button>
      </div>
    </>
  );
}

/** In the time zone of the browser. */
function lastUsedText({ last_used_at: at }: SessionView): string {
  const language = shownLanguage() === 'en' ? 'en-GB' : locale();
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  return t`Used last on ${{ time: format.format(new Date(at)) }}`;
}
