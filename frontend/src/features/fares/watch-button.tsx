import { t } from '@lingui/core/macro';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { LinkButton } from '@/components/controls/link-button';
import { BellIcon } from '@/components/icons';
import { asProblem } from '@/lib/problem';
import { useSession } from '@/lib/session';
import type { NewFareWatch } from '@/lib/wire';
import { fareQueries, useStopWatching, useWatch, type WatchedDay, watchOfDay } from './queries';
import css from './watch-button.module.css';

/** Above the results: be told when the cheapest fare of this day falls. */
export function WatchDay(day: WatchedDay) {
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
      wanted={{ source: day.from, destination: day.to, date: day.date, seats: day.seats }}
      told={t`We will tell you when the cheapest direct fare of this day falls.`}
    />
  );
}

interface Props {
  /** Of the watch that there is. */
  watchId: string | undefined;
  wanted: NewFareWatch;
  /** What the reader is told of. */
  told: string;
}

export function WatchButton({ watchId, wanted, told }: Props) {
  const watch = useWatch();
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
          else watch.mutate(wanted);
        }}
      >
        {watchId ? t`Watching this fare` : t`Watch this fare`}
      </Button>
      <span role={error ? 'alert' : 'status'} className={css.told}>
        {error ? asProblem(error).message : watchId && told}
      </span>
    </div>
  );
}
