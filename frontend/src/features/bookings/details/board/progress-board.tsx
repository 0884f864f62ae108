import { t } from '@lingui/core/macro';
import { type CSSProperties, useState } from 'react';
import { now } from '@/lib/time/server-clock';
import type { Booking } from '@/lib/wire';
import { boardLetters } from './flaps';
import { boardWord, boardWords } from './progress';
import css from './progress-board.module.css';
import { ProgressSteps } from './progress-steps';
import { SplitFlap } from './split-flap';

const REFERENCE_LETTERS = 6;
/** A booking that is younger has just been sent: its board begins at the first step, however fast the server was. */
const JUST_SENT_MS = 10_000;

/** Where a booking stands, as on the board of a terminal: its status, and its reference once it is confirmed. */
export function ProgressBoard({ booking }: { booking: Booking }) {
  const [justSent] = useState(() => now() - Date.parse(booking.created_at) < JUST_SENT_MS);
  const words = boardWords();
  const cells = Math.max(...words.map((word) => boardLetters(word).length));
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
