/** The rows that can have the focus, in the order of the page. */
function rows(page: ParentNode): HTMLElement[] {
  return [...page.querySelectorAll<HTMLElement>('tr[tabindex]')];
}

/** Gives the focus to the next row (1) or the one before (-1), from one table to the next one. Not while a window is open over the page. */
export function moveRowFocus(page: ParentNode | null, step: number): void {
  if (!page || document.querySelector('[role=dialog]')) return;
  const all = rows(page);
  const at = all.findIndex((row) => row.contains(document.activeElement));
  all[Math.min(Math.max(at + step, 0), all.length - 1)]?.focus();
}
