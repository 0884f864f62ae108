import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { signedOut } from '@/lib/session';
import { network } from './network';

// What Mantine measures and happy-dom does not have.
window.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
window.scrollTo = () => {};
Element.prototype.scrollIntoView = () => {};

// A busy machine is not a failure.
configure({ asyncUtilTimeout: 5000 });

beforeAll(() => network.listen({ onUnhandledFrame: 'error' }));
afterEach(() => {
  cleanup();
  network.resetHandlers();
  signedOut();
  localStorage.clear();
  sessionStorage.clear();
});
afterAll(() => network.close());
