import { Loader } from '@mantine/core';
import { AlertIcon, CheckIcon, CrossIcon } from '@/components/icons';
import { useSlow } from '@/components/use-slow';
import type { Booking, Job } from '@/lib/wire';
import css from './headline.module.css';
import { type Standing, standingOf } from './standing';

interface Props {
  job: Job;
  booking: Booking;
  /** The last look at the job failed: what is shown may be old. */
  outOfTouch: boolean;
}

/** How it stands with a booking, in one sentence that is read out when it changes. */
export function Headline({ job, booking, outOfTouch }: Props) {
  const slow = useSlow(!job.done, 4000);
  const { tone, title, detail } = standingOf(booking);
  return (
    <div className={css.headline} data-tone={tone}>
      <span className={css.mark} aria-hidden="true">
        <Mark tone={tone} />
      </span>
      <div aria-live="polite">
        <h1>{title}</h1>
        <p>{detail}</p>
        {outOfTouch && !job.done && (
          <p className={css.aside}>
            The connection is gone. Your booking goes on without it; this page keeps trying.
          </p>
        )}
        {slow && !outOfTouch && (
          <p className={css.aside}>
            This takes longer than usual. Nothing is lost: you can leave and find it under My bookings.
          </p>
        )}
      </div>
    </div>
  );
}

function Mark({ tone }: { tone: Standing['tone'] }) {
  switch (tone) {
    case 'good':
      return <CheckIcon size={28} />;
    case 'busy':
      return <Loader color="ink" size={26} />;
    case 'news':
      return <AlertIcon size={26} />;
    default:
      return <CrossIcon size={28} />;
  }
}
