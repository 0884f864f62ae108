import { t } from '@lingui/core/macro';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { LinkButton } from '@/components/controls/link-button';
import { BellIcon } from '@/components/icons';
import type { NewFareWatch } from '@/lib/api-types';
import { asProblem } from '@/lib/problem';
import { useSession } from '@/lib/session';
import { fareQueries, useCreateWatch, useStopWatching, type WatchedDay, watchOfDay } from './queries';
import css from './watch-button.module.css';

/** A button above the results that watches the cheapest fare of this day. */
export function WatchFareOfDay(day: WatchedDay) {
  const { href } = useLocation();
  const signedIn = useSession().state === 'signed-in';
  const { data } = useQuery({ ...fareQueries.watches(), enabled: signedIn });
  if (!signedIn) {
    return (
      <div className={css.watch}>
        <LinkButton
          variant="subtle"
          size="compact-md"
          to="/sign-in"
          search={{ next: href }}
          leftSection={<BellIcon size={18} />}
        >
          {t`Sign in to watch this fare`}
        </LinkButton>
      </div>
    );
  }
  if (!data) return null;
  return (
    <WatchButton
      watchId={watchOfDay(data, day)?.id}
      body={{ source: day.from, destination: day.to, date: day.date, seats: day.seats }}
      confirmation={t`We will tell you when the cheapest direct fare of this day falls.`}
    />
  );
}

interface Props {
  /** The id of the existing watch; undefined if there is none. */
  watchId: string | undefined;
  body: NewFareWatch;
  /** The text that is shown while the fare is watched. */
  confirmation: string;
}

export function WatchButton({ watchId, body, confirmation }: Props) {
  const watch = useCreateWatch();
  const stop = useStopWatching();
  const error = watch.error ?? stop.error;
  return (
    <div className={css.watch}>
      <Button
        variant={watchId ? 'default' : 'subtle'}
        size="compact-md"
        aria-pressed={watchId !== undefined}
        leftSection={<BellIcon size={18} />}
        loading={watch.isPending || stop.isPending}
        onClick={() => {
          watch.reset();
          stop.reset();
          if (watchId) stop.mutate(watchId);
          else watch.mutate(body);
        }}
      >
        {watchId ? t`Watching this fare` : t`Watch this fare`}
      </Button>
      <span role={error ? 'alert' : 'status'} className={css.confirmation}>
        {error ? asProblem(error).message : watchId && confirmation}
      </span>
    </div>
  );
}
