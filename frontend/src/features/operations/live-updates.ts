import { useEffect, useEffectEvent, useState } from 'react';
import { listen } from '@/lib/event-stream';

/** How often what changes by itself is loaded again while no event tells of it. Never while the tab is hidden. */
export const POLL_MS = 3_000;
/** The same where events tell of it: some of what a page shows has none, such as a mail that was sent. */
export const POLL_BESIDE_EVENTS_MS = 15_000;
/** Between two loads for events that follow each other quickly. */
const APART_MS = 500;

export function pollMs(isLive: boolean): number {
  return isLive ? POLL_BESIDE_EVENTS_MS : POLL_MS;
}

/**
 * Loads again, by `reload`, what the topics name as soon as an event tells that it changed. Returns whether events come now: while they do
 * not, the page has to ask by itself.
 */
export function useEvents(topics: readonly string[], reload: () => Promise<unknown>): boolean {
  const [isLive, setIsLive] = useState(false);
  const load = useEffectEvent(reload);
  const followed = topics.join();
  useEffect(() => {
    if (followed === '') return;
    const loads = new Loads(() => load());
    const stop = listen(followed, { onNews: () => void loads.ask(), onOpen: setIsLive });
    return () => {
      stop();
      loads.stop();
      setIsLive(false);
    };
  }, [followed]);
  return isLive;
}

/** One load at a time, and one more after it when somebody has asked meanwhile: a thousand events a second are two loads a second. */
class Loads {
  readonly #load: () => Promise<unknown>;
  #isDue = false;
  #isLoading = false;
  #isStopped = false;

  constructor(load: () => Promise<unknown>) {
    this.#load = load;
  }

  async ask(): Promise<void> {
    this.#isDue = true;
    if (this.#isLoading) return;
    this.#isLoading = true;
    while (this.#isDue && !this.#isStopped) {
      this.#isDue = false;
      await this.#load();
      await new Promise((resolve) => setTimeout(resolve, APART_MS));
    }
    this.#isLoading = false;
  }

  stop(): void {
    this.#isStopped = true;
  }
}
