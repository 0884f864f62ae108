import { elapsedText } from '@/lib/time/time';
import type { Job } from '@/lib/wire';
import css from './timeline.module.css';

const STAGE_TEXT: Record<string, string> = {
  picked_up: 'Picked up by a worker',
  reserved: 'Seats reserved',
  held: 'Seats held',
  offered: 'Seats offered to you',
  payment_started: 'Payment started',
  payment_declined: 'Card declined',
  payment_unknown: 'No answer about the payment',
  rescued: 'Paid late, seats still free',
  failed: 'Not booked',
  expired: 'Hold ended',
  refund_requested: 'Refund requested',
};

const BAD_STAGES = new Set(['failed', 'expired', 'cancelled', 'payment_declined']);

/** What happened to a booking, and how long after it was accepted: for whoever wants to know, folded. */
export function Timeline({ job }: { job: Job }) {
  return (
    <details className={css.details}>
      <summary>How it was processed</summary>
      <ol className={css.timeline} aria-label="What happened so far">
        {job.timeline.map(({ stage, ms }) => (
          <li key={`${stage} ${ms}`} className={css.stage} data-bad={BAD_STAGES.has(stage) || undefined}>
            <span className={css.what}>{stageText(stage)}</span>
            <span className={css.when}>{ms === 0 ? 'start' : `+ ${elapsedText(ms)}`}</span>
          </li>
        ))}
        {!job.done && (
          <li className={css.stage} data-next>
            <span className={css.what}>In progress…</span>
          </li>
        )}
      </ol>
    </details>
  );
}

/** A stage that has no text yet is shown by its name. */
export function stageText(stage: string): string {
  const name = stage.replaceAll('_', ' ');
  return STAGE_TEXT[stage] ?? name.charAt(0).toUpperCase() + name.slice(1);
}
