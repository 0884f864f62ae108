import { i18n, type MessageDescriptor } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';
import { CheckIcon, CrossIcon } from '@/components/icons';
import type { Booking } from '@/lib/api-types';
import { progressOf, type Step } from './progress';
import css from './progress-steps.module.css';

const SPOKEN: Record<Step['state'], MessageDescriptor> = {
  done: msg`done`,
  now: msg`in progress`,
  failed: msg`did not work`,
  open: msg`to come`,
};

/** `Seats → Payment → Confirmed`, with the state of each step. */
export function ProgressSteps({ booking }: { booking: Booking }) {
  const steps = progressOf(booking);
  if (steps.length === 0) return null;
  return (
    <ol className={css.steps} aria-label={t`Progress`}>
      {steps.map(({ name, state }) => (
        <li key={name} data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
          <span className={css.mark} aria-hidden="true">
            {state === 'done' && <CheckIcon size={15} />}
            {state === 'failed' && <CrossIcon size={14} />}
          </span>
          {name}
          <span data-spoken-only>, {i18n._(SPOKEN[state])}</span>
        </li>
      ))}
    </ol>
  );
}
