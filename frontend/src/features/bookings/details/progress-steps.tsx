import { CheckIcon, CrossIcon } from '@/components/icons';
import type { Booking } from '@/lib/wire';
import { progressOf, type Step } from './progress';
import css from './progress-steps.module.css';

const SPOKEN: Record<Step['state'], string> = {
  done: 'done',
  now: 'in progress',
  failed: 'did not work',
  open: 'to come',
};

/** `Seats → Payment → Confirmed`, and where the booking stands. */
export function ProgressSteps({ booking }: { booking: Booking }) {
  const steps = progressOf(booking);
  if (steps.length === 0) return null;
  return (
    <ol className={css.steps} aria-label="Progress">
      {steps.map(({ name, state }) => (
        <li key={name} data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
          <span className={css.mark} aria-hidden="true">
            {state === 'done' && <CheckIcon size={15} />}
            {state === 'failed' && <CrossIcon size={14} />}
          </span>
          {name}
          <span className={css.spoken}>, {SPOKEN[state]}</span>
        </li>
      ))}
    </ol>
  );
}
