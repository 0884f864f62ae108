import { t } from '@lingui/core/macro';
import { Loader } from '@mantine/core';
import { AlertIcon, CheckIcon, ClockIcon, CrossIcon } from '@/components/icons';
import type { Booking, Job } from '@/lib/api-types';
import { useTakesLong } from '@/lib/hooks/use-takes-long';
import { queueText } from './queue-text';
import css from './status-banner.module.css';
import { type StatusText, statusText } from './status-text';

interface Props {
  job: Job;
  booking: Booking;
  /** The booking could not be loaded again, so it may have changed. */
  offline: boolean;
}

/** The status of a booking as the title of its page. A screen reader reads changes. */
export function StatusBanner({ job, booking, offline }: Props) {
  const waits = (job.queue_position ?? 0) > 1;
  const takesLong = useTakesLong(!job.done, 4000) || (waits && !job.done);
  const { tone, title, detail } = statusText(booking);
  return (
    <div className={css.banner} data-tone={tone}>
      <span className={css.mark} aria-hidden="true">
        <Mark tone={tone} />
      </span>
      <div aria-live="polite">
        <h1>{title}</h1>
        <p>{detail}</p>
        {offline && (
          <p className={css.aside}>
            {t`The server cannot be reached, so this may be out of date. Your booking is not affected; this page keeps trying.`}
          </p>
        )}
        {takesLong && !offline && (
          <p className={css.aside}>
            {queueText(job)}{' '}
            {t`Nothing is lost: you can leave this page and find the booking under My trips.`}
          </p>
        )}
      </div>
    </div>
  );
}

function Mark({ tone }: { tone: StatusText['tone'] }) {
  switch (tone) {
    case 'good':
      return <CheckIcon size={28} />;
    case 'busy':
      return <Loader color="ink" size={26} />;
    case 'attention':
      return <AlertIcon size={26} />;
    case 'deadline':
      return <ClockIcon size={28} />;
    default:
      return <CrossIcon size={28} />;
  }
}
