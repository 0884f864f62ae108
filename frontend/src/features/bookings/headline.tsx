import { Loader } from '@mantine/core';
import { CheckIcon, CrossIcon } from '@/components/icons';
import { useSlow } from '@/components/use-slow';
import { elapsedWords } from '@/lib/time';
import type { Job } from '@/lib/wire';
import css from './headline.module.css';
import { failureWords } from './words';

interface Props {
  job: Job;
  /** The last look at the job failed: what is shown may be old. */
  outOfTouch: boolean;
}

/** How it stands with a booking, in one sentence that is read out when it changes. */
export function Headline({ job, outOfTouch }: Props) {
  const slow = useSlow(!job.done, 4000);
  const { tone, title, detail } = words(job);
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
            Busier than usual. Your place is safe: you can leave and find it under My bookings.
          </p>
        )}
      </div>
    </div>
  );
}

function Mark({ tone }: { tone: Words['tone'] }) {
  switch (tone) {
    case 'good':
      return <CheckIcon size={28} />;
    case 'busy':
      return <Loader color="ink" size={26} />;
    default:
      return <CrossIcon size={28} />;
  }
}

interface Words {
  tone: 'good' | 'bad' | 'busy' | 'plain';
  title: string;
  detail: string;
}

function words(job: Job): Words {
  switch (job.status) {
    case 'CONFIRMED':
      return { tone: 'good', title: 'You are booked', detail: confirmedDetail(job) };
    case 'HELD':
      return {
        tone: 'good',
        title: 'Your seats are held',
        detail: 'They are kept for you until the hold ends.',
      };
    case 'CANCELLED':
      return { tone: 'plain', title: 'Booking cancelled', detail: 'The seats are back on sale.' };
    case 'EXPIRED':
      return {
        tone: 'bad',
        title: 'The hold has ended',
        detail: 'The seats are back on sale. Nothing was charged.',
      };
    case 'FAILED':
      return { tone: 'bad', ...failureWords(job.failure?.code) };
    default:
      return {
        tone: 'busy',
        title: 'Booking your seats',
        detail: 'Accepted and safely stored. Waiting for a worker to take the seats.',
      };
  }
}

function confirmedDetail({ timeline }: Job): string {
  const confirmed = timeline.find(({ stage }) => stage === 'confirmed');
  const seats = 'The seats are yours';
  return confirmed ? `${seats}, ${elapsedWords(confirmed.ms)} after you asked.` : `${seats}.`;
}
