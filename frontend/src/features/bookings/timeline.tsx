import { elapsedWords } from '@/lib/time';
import type { Job } from '@/lib/wire';
import css from './timeline.module.css';
import { stageWords } from './words';

const WENT_WRONG = new Set(['failed', 'expired', 'cancelled', 'payment_declined']);

/** What happened to a booking, and how many milliseconds after it was accepted. */
export function Timeline({ job }: { job: Job }) {
  return (
    <ol className={css.timeline} aria-label="What happened so far">
      {job.timeline.map(({ stage, ms }) => (
        <li key={`${stage} ${ms}`} className={css.stage} data-bad={WENT_WRONG.has(stage) || undefined}>
          <span className={css.what}>{stageWords(stage)}</span>
          <span className={css.when}>{ms === 0 ? 'start' : `+ ${elapsedWords(ms)}`}</span>
        </li>
      ))}
      {!job.done && (
        <li className={css.stage} data-next>
          <span className={css.what}>{waitWords(job)}</span>
        </li>
      )}
    </ol>
  );
}

function waitWords({ queue_position: position, eta_ms: eta }: Job): string {
  if (position === null || position === undefined) return 'Waiting for the next step…';
  const place = position <= 1 ? 'You are next' : `${position - 1} ahead of you`;
  return eta === null || eta === undefined ? place : `${place}, about ${elapsedWords(eta)}`;
}
