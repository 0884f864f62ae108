import { plural, t } from '@lingui/core/macro';
import type { Job } from '@/lib/api-types';
import { elapsedText } from '@/lib/time/time';

/** The position in the queue, and the expected time: `2 are ahead of you, about 3.0 s.` */
export function queueText({ queue_position: position, eta_ms: eta }: Job): string {
  if (position === null || position === undefined) return t`This takes longer than usual.`;
  const place =
    position <= 1
      ? t`You are next`
      : plural({ others: position - 1 }, { one: '# is ahead of you', other: '# are ahead of you' });
  return eta === null || eta === undefined
    ? `${place}.`
    : t`${place}, about ${{ duration: elapsedText(eta) }}.`;
}
