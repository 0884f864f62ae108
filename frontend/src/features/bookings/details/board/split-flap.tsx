import { type CSSProperties, useEffect, useState } from 'react';
import { FLIP_MS, flippingMs, flipSequences, STAGGER_MS, START_MS } from './flip-animation';
import css from './split-flap.module.css';

interface Props {
  text: string;
  /** What stood there before: it flips from that to `text` when it is first shown. Without it, `text` stands there at once. */
  before?: string;
  /** One letter fits into each. The width depends on it alone, so nothing moves when the text changes. */
  cells: number;
  tone?: 'plain' | 'amber';
}

/**
 * A line of a split-flap display, as on a departure board: when the text changes, its letters flip one after the other. Screen readers do
 * not read it, because the page has the same information as text. A change during the animation is shown after it.
 */
export function SplitFlap({ text, before = text, cells, tone = 'plain' }: Props) {
  const [{ from, to }, setRun] = useState(() => runOf(before, text));
  const flips = from !== to;
  useEffect(() => {
    if (!flips) return;
    const timer = setTimeout(() => setRun({ from: to, to }), flippingMs(cells));
    return () => clearTimeout(timer);
  }, [flips, to, cells]);
  useEffect(() => {
    if (!flips && text !== to) setRun(runOf(to, text));
  }, [flips, text, to]);
  const measures = {
    '--cells': cells,
    '--flip': `${FLIP_MS}ms`,
    '--stagger': `${STAGGER_MS}ms`,
    '--start': `${START_MS}ms`,
  } as CSSProperties;
  return (
    <span
      className={css.line}
      style={measures}
      data-tone={tone}
      data-flips={flips || undefined}
      aria-hidden="true"
    >
      <span className={css.cells}>
        {flipSequences(from, to, cells).map((letters, cell) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its place
          <Cell key={cell} letters={letters} place={cell} />
        ))}
      </span>
    </span>
  );
}

function Cell({ letters, place }: { letters: string[]; place: number }) {
  const flips = letters.length - 1;
  return (
    <span className={css.cell} style={{ '--place': place, '--flips': flips } as CSSProperties}>
      {letters[flips]}
      {flips > 0 && <span className={css.flap} data-back={letters[0]} data-fallen />}
      {letters.slice(0, flips).map((letter, flip) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: a flap is its turn
          key={flip}
          className={css.flap}
          style={{ '--turn': flip } as CSSProperties}
          data-front={letter}
          data-back={letters[flip + 1]}
        />
      ))}
    </span>
  );
}

/** The animation from one text to the next; without animation for users who prefer reduced motion. */
function runOf(from: string, to: string): { from: string; to: string } {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches ? { from: to, to } : { from, to };
}
