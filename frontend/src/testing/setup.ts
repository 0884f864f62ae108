import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { resetLanguage } from '@/lib/language';
import { endSession } from '@/lib/session';
import { resetClockCorrection } from '@/lib/time/server-clock';
import { network } from './network';

// Mantine needs these, and happy-dom does not have them.
window.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
window.scrollTo = () => {};
Element.prototype.scrollIntoView = () => {};

// A machine that is busy with other tests needs more than the default second.
configure({ asyncUtilTimeout: 15_000 });

beforeAll(() => network.listen({ onUnhandledFrame: 'error' }));
afterEach(() => {
  cleanup();
  network.resetHandlers();
  endSession();
  resetClockCorrection();
  resetLanguage();
  localStorage.clear();
  sessionStorage.clear();
});
afterAll(() => network.close());
