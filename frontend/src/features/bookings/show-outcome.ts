/** Shows the top of the page of a booking, where its new status is, and moves the focus there: the button that was pressed may no longer exist. */
export function showOutcome() {
  const main = document.getElementById('main');
  main?.scrollIntoView({ block: 'start' });
  main?.focus({ preventScroll: true });
}
