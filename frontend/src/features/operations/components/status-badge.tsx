import css from './shared.module.css';

const TONES: Readonly<Record<string, string>> = {
  CONFIRMED: 'good',
  SUCCEEDED: 'good',
  COMPLETED: 'good',
  SENT: 'good',
  SCHEDULED: 'good',
  BOOKED: 'good',
  HELD: 'warn',
  PENDING: 'warn',
  PROCESSING: 'warn',
  IN_PROGRESS: 'warn',
  UNKNOWN: 'warn',
  WAITING: 'warn',
  OFFERED: 'warn',
  FAILED: 'bad',
  DECLINED: 'bad',
  GIVEN_UP: 'bad',
};

/** A status in lower case, with a colour that says whether it is good or bad. */
export function StatusBadge({ status }: { status: string }) {
  return (
    <span className={css.mark} data-tone={TONES[status]}>
      {status.toLowerCase().replaceAll('_', ' ')}
    </span>
  );
}
