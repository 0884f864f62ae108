import { elapsedText } from '@/lib/time/time';
import type { Job } from '@/lib/wire';

/** How many bookings come first, and how long that takes about: `2 are ahead of you, about 3.0 s.` */
export function queueText({ queue_position: position, eta_ms: eta }: Job): string {
  if (position === null || position === undefined) return 'This takes longer than usual.';
  const place =
    position <= 1
      ? 'You are next'
      : position === 2
        ? '1 is ahead of you'
        : `${position - 1} are ahead of you`;
  return eta === null || eta === undefined ? `${place}.` : `${place}, about ${elapsedText(eta)}.`;
}
