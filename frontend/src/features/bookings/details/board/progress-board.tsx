import { t } from '@lingui/core/macro';
import { type CSSProperties, useState } from 'react';
import type { Booking } from '@/lib/api-types';
import { now } from '@/lib/time/server-clock';
import { boardCells } from './flip-animation';
import { boardWord, boardWords } from './progress';
import css from './progress-board.module.css';
import { ProgressSteps } from './progress-steps';
import { SplitFlap } from './split-flap';

const REFERENCE_LETTERS = 6;
/** A booking that is younger than this has just been sent. Its board begins at the first step, even if it is confirmed already. */
const JUST_SENT_MS = 10_000;

/** The status of a booking as a departure board shows it, and its reference once it is confirmed. */
export function ProgressBoard({ booking }: { booking: Booking }) {
  const [justSent] = useState(() => now() - Date.parse(booking.created_at) < JUST_SENT_MS);
  const words = boardWords();
  const cells = Math.max(...words.map((word) => boardCells(word).length));
  return (
    <div className={css.board} data-screen-only>
      <div className={css.lines} style={{ '--status-cells': cells } as CSSProperties} aria-hidden="true">
        <div className={css.status}>
          <span className={css.name}>{t`Status`}</span>
          <SplitFlap text={boardWord(booking)} {...(justSent && { before: t`Seats` })} cells={cells} />
        </div>
        <div className={css.reference}>
          <span className={css.name}>{t`Reference`}</span>
          <SplitFlap
            text={booking.status === 'CONFIRMED' ? booking.reference : ''}
            {...(justSent && { before: '' })}
            cells={REFERENCE_LETTERS}
            tone="amber"
          />
        </div>
      </div>
      <ProgressSteps booking={booking} />
    </div>
  );
}
