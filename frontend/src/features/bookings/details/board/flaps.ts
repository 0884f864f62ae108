import { locale } from '@/lib/language';

/** How long one flap takes to fall, and how much later each cell begins than the one before it. */
export const FLIP_MS = 120;
export const STAGGER_MS = 45;
/** The eye needs a moment to find the board on a new page. */
export const START_MS = 250;
const MOST_FLIPS = 4;
const BLANK = '';

/** Letters as readers count them: in Devanagari `ष्टि` is one. Blanks are empty. */
export function graphemes(text: string): string[] {
  const parts =
    'Segmenter' in Intl
      ? Array.from(new Intl.Segmenter(locale()).segment(text), ({ segment }) => segment)
      : (text.match(/\P{M}\p{M}*/gu) ?? []);
  return parts.map((part) => part.trim());
}

/** What a board writes: capitals, where the script has them. */
export function boardLetters(text: string): string[] {
  return graphemes(text.toLocaleUpperCase(locale()));
}

/**
 * What each of `cells` cells shows one after the other, from its letter in `from` to its letter in `to`. A cell whose letter stays does
 * not move, and has one. The letters between are those of both words, so a board in Hindi never shows a Latin letter.
 */
export function flipSequences(from: string, to: string, cells: number): string[][] {
  const before = boardLetters(from);
  const after = boardLetters(to);
  const between = [...new Set([...before, ...after])].filter((letter) => letter !== BLANK);
  return Array.from({ length: cells }, (_, cell) => {
    const first = before[cell] ?? BLANK;
    const last = after[cell] ?? BLANK;
    if (first === last) return [last];
    const flips = MOST_FLIPS - (cell % 3);
    const passed = Array.from(
      { length: flips - 1 },
      (_, flip) => between[(cell * 5 + flip * 3) % between.length] ?? BLANK,
    );
    return [first, ...passed, last];
  });
}

/** From the first movement of a board with so many cells to the last one. */
export function flippingMs(cells: number): number {
  return START_MS + cells * STAGGER_MS + MOST_FLIPS * FLIP_MS;
}
