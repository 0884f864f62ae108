/** For `ref`: gives the focus to an element when it is mounted, because it replaces one that had the focus. */
export function focusOnMount(element: HTMLElement | null): void {
  element?.focus();
}
