import { act, render } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { flippingMs, flipSequences, graphemes } from './flip-animation';
import { SplitFlap } from './split-flap';

const CELLS = 9;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** The letters that stand on the board when nothing moves, and whether something moves. */
function board(container: HTMLElement): { letters: string | null; flips: boolean; flaps: number } {
  return {
    letters: container.textContent,
    flips: container.querySelector('[data-flips]') !== null,
    flaps: container.querySelectorAll('[data-back]').length,
  };
}

test('a letter of Devanagari keeps its marks, also where the browser cannot tell letters apart', () => {
  expect(graphemes('भुगतान')).toEqual(['भु', 'ग', 'ता', 'न']);
  expect(graphemes('हो गई')).toEqual(['हो', '', 'ग', 'ई']);
  vi.stubGlobal('Intl', { ...Intl, Segmenter: undefined });
  Reflect.deleteProperty(Intl, 'Segmenter');
  expect(graphemes('भुगतान')).toEqual(['भु', 'ग', 'ता', 'न']);
});

test('each cell flips from its letter to the next one, and only where they differ', () => {
  const cells = flipSequences('Seats', 'Steps', 6);
  expect(cells.map((letters) => letters[0])).toEqual(['S', 'E', 'A', 'T', 'S', '']);
  expect(cells.map((letters) => letters.at(-1))).toEqual(['S', 'T', 'E', 'P', 'S', '']);
  expect(cells.map((letters) => letters.length > 1)).toEqual([false, true, true, true, false, false]);
  expect(new Set(cells.flat())).toEqual(new Set(['S', 'E', 'A', 'T', 'P', '']));
});

test('what is there from the beginning stands still', () => {
  const { container } = render(<SplitFlap text="Confirmed" cells={CELLS} />);
  expect(board(container)).toEqual({ letters: 'CONFIRMED', flips: false, flaps: 0 });
});

test('a new text flips, and comes to rest as letters alone', () => {
  const { container, rerender } = render(<SplitFlap text="Seats" cells={CELLS} />);
  rerender(<SplitFlap text="Confirmed" cells={CELLS} />);
  expect(board(container)).toMatchObject({ letters: 'CONFIRMED', flips: true });
  expect(board(container).flaps).toBeGreaterThan(CELLS);
  act(() => vi.advanceTimersByTime(flippingMs(CELLS)));
  expect(board(container)).toEqual({ letters: 'CONFIRMED', flips: false, flaps: 0 });
});

test('a change that comes while letters flip is shown after them', () => {
  const { container, rerender } = render(<SplitFlap text="Payment" before="Seats" cells={CELLS} />);
  expect(board(container)).toMatchObject({ letters: 'PAYMENT', flips: true });
  rerender(<SplitFlap text="Confirmed" cells={CELLS} />);
  act(() => vi.advanceTimersByTime(flippingMs(CELLS) - 1));
  expect(board(container)).toMatchObject({ letters: 'PAYMENT', flips: true });
  act(() => vi.advanceTimersByTime(1));
  expect(board(container)).toMatchObject({ letters: 'CONFIRMED', flips: true });
  act(() => vi.advanceTimersByTime(flippingMs(CELLS)));
  expect(board(container)).toEqual({ letters: 'CONFIRMED', flips: false, flaps: 0 });
});

test('without motion the text is shown at once', () => {
  vi.stubGlobal('matchMedia', () => ({ matches: true }));
  const { container, rerender } = render(<SplitFlap text="Payment" before="Seats" cells={CELLS} />);
  rerender(<SplitFlap text="Confirmed" cells={CELLS} />);
  act(() => vi.advanceTimersByTime(1));
  expect(board(container)).toEqual({ letters: 'CONFIRMED', flips: false, flaps: 0 });
});
