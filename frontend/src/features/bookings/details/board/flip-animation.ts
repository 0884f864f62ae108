import { locale } from '@/lib/language';

/** The duration of one flip, and the delay of each cell after the one before it. */
export const FLIP_MS = 120;
export const STAGGER_MS = 45;
/** The delay before the first flip, so that the reader has seen the board. */
export const START_MS = 250;
const MAX_FLIPS = 4;
const BLANK = '';

/** The graphemes of a text: in Devanagari `ष्टि` is one. A blank becomes an empty string. */
export function graphemes(text: string): string[] {
  const parts =
    'Segmenter' in Intl
      ? Array.from(new Intl.Segmenter(locale()).segment(text), ({ segment }) => segment)
      : (text.match(/\P{M}\p{M}*/gu) ?? []);
  return parts.map((part) => part.trim());
}

/** The cells of a text on the board, in upper case where the script has it. */
export function boardCells(text: string): string[] {
  return graphemes(text.toLocaleUpperCase(locale()));
}

/**
 * For each of `cells` cells, the letters that it shows one after the other, from its letter in `from` to its letter in `to`. A cell whose
 * letter stays has one, and does not flip. The letters between are taken from both words, so a board in Hindi never shows a Latin letter.
 */
export function flipSequences(from: string, to: string, cells: number): string[][] {
  const before = boardCells(from);
  const after = boardCells(to);
  const between = [...new Set([...before, ...after])].filter((letter) => letter !== BLANK);
  return Array.from({ length: cells }, (_, cell) => {
    const first = before[cell] ?? BLANK;
    const last = after[cell] ?? BLANK;
    if (first === last) return [last];
    const flips = MAX_FLIPS - (cell % 3);
    const passed = Array.from(
      { length: flips - 1 },
      (_, flip) => between[(cell * 5 + flip * 3) % between.length] ?? BLANK,
    );
    return [first, ...passed, last];
  });
}

/** The duration of the whole animation of a board with so many cells. */
export function flippingMs(cells: number): number {
  return START_MS + cells * STAGGER_MS + MAX_FLIPS * FLIP_MS;
}
