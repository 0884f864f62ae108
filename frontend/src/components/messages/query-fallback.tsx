import { t } from '@lingui/core/macro';
import { Skeleton } from '@mantine/core';
import { useTakesLong } from '@/lib/hooks/use-takes-long';
import { ProblemNote } from './problem-note';
import css from './query-fallback.module.css';

interface Props {
  query: { error: Error | null; isFetching: boolean; refetch: () => unknown };
  /** What is being done, for screen readers: "Loading the booking". */
  loading: string;
  /** What did not work: "The booking could not be loaded." */
  failed: string;
  /** The heights in pixels of the boxes that the data will fill. */
  heights: number[];
}

/** Shown while a query has no data: skeletons while it loads, or the error. */
export function QueryFallback({ query: { error, isFetching, refetch }, loading, failed, heights }: Props) {
  const takesLong = useTakesLong(error === null);
  if (error) {
    return <ProblemNote error={error} title={failed} onRetry={() => refetch()} retrying={isFetching} />;
  }
  return (
    <div className={css.loading} role="status" aria-label={loading} data-loading>
      {heights.map((height, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the boxes never change their order
        <Skeleton key={index} height={height} radius={16} />
      ))}
      {takesLong && <p>{t`This takes longer than usual. Still loading…`}</p>}
    </div>
  );
}
