import { i18n, type MessageDescriptor } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';
import type { Job } from '@/lib/api-types';
import { elapsedText } from '@/lib/time/time';
import css from './timeline.module.css';

const STAGE_TEXT: Record<string, MessageDescriptor> = {
  picked_up: msg`Picked up by a worker`,
  reserved: msg`Seats reserved`,
  held: msg`Seats held`,
  offered: msg`Seats offered to you`,
  payment_started: msg`Payment started`,
  payment_declined: msg`Card declined`,
  payment_unknown: msg`No answer about the payment`,
  rescued: msg`Paid late, seats still free`,
  failed: msg`Not booked`,
  expired: msg`Hold ended`,
  accepted: msg`Accepted`,
  paid: msg`Paid`,
  confirmed: msg`Confirmed`,
  cancelled: msg`Cancelled`,
  replayed: msg`Replayed`,
  refund_requested: msg`Refund requested`,
};

const BAD_STAGES = new Set(['failed', 'expired', 'cancelled', 'payment_declined']);

/** The stages of a booking, each with the time since it was accepted. Collapsed by default. */
export function Timeline({ job }: { job: Job }) {
  return (
    <details className={css.details}>
      <summary>{t`How it was processed`}</summary>
      <ol className={css.timeline} aria-label={t`What happened so far`}>
        {job.timeline.map(({ stage, ms }) => (
          <li key={`${stage} ${ms}`} className={css.stage} data-bad={BAD_STAGES.has(stage) || undefined}>
            <span className={css.what}>{stageText(stage)}</span>
            <span className={css.when}>{ms === 0 ? t`start` : `+ ${elapsedText(ms)}`}</span>
          </li>
        ))}
        {!job.done && (
          <li className={css.stage} data-next>
            <span className={css.what}>{t`In progress…`}</span>
          </li>
        )}
      </ol>
    </details>
  );
}

/** A stage that has no text yet is shown by its name. */
export function stageText(stage: string): string {
  const text = STAGE_TEXT[stage];
  if (text) return i18n._(text);
  const name = stage.replaceAll('_', ' ');
  return name.charAt(0).toUpperCase() + name.slice(1);
}
