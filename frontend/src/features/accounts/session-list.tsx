import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import type { SessionView } from '@/lib/wire';
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
        loading="Loading your devices"
        failed="Your devices could not be loaded."
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
              <p className={css.fine}>{session.current ? 'This device' : lastUsedText(session)}</p>
            </div>
            {!session.current && (
              <Button
                variant="default"
                size="sm"
                aria-label={`Sign out ${deviceText(session.device)}`}
                loading={ending.isPending && ending.variables === session.id}
                onClick={() => ending.mutate(session.id)}
              >
                Sign out
              </Button>
            )}
          </li>
        ))}
      </ul>
      {ending.isError && <ProblemNote error={ending.error} title="The device was not signed out." />}
      {everywhere.isError && <ProblemNote error={everywhere.error} title="Nothing was signed out." />}
      <div>
        <Button variant="default" loading={everywhere.isPending} onClick={() => everywhere.mutate()}>
          Sign out everywhere
        </Button>
      </div>
    </>
  );
}

/** In the time zone of the browser. */
function lastUsedText({ last_used_at: at }: SessionView): string {
  const text = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' }).format(
    new Date(at),
  );
  return `Used last on ${text}`;
}
