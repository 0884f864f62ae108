import { useEffect, useEffectEvent, useState } from 'react';
import { subscribe } from '@/lib/http/event-stream';

/** The interval of polling while no events arrive. There is no polling while the tab is hidden. */
export const POLL_MS = 3_000;
/** The interval of polling while events arrive: some changes have no event, such as a mail that was sent. */
export const POLL_WITH_EVENTS_MS = 15_000;
/** The shortest time between two loads, for events that follow each other quickly. */
const MIN_INTERVAL_MS = 500;

export function pollMs(isLive: boolean): number {
  return isLive ? POLL_WITH_EVENTS_MS : POLL_MS;
}

/**
 * Calls `reload` whenever an event of one of the topics arrives. Returns whether the event stream is open: while it is not, the page has to
 * poll.
 */
export function useReloadOnEvents(topics: readonly string[], reload: () => Promise<unknown>): boolean {
  const [isLive, setIsLive] = useState(false);
  const load = useEffectEvent(reload);
  const topicList = topics.join();
  useEffect(() => {
    if (topicList === '') return;
    const loader = new SerialLoader(() => load());
    const stop = subscribe(topicList, { onEvent: () => void loader.request(), onOpen: setIsLive });
    return () => {
      stop();
      loader.stop();
      setIsLive(false);
    };
  }, [topicList]);
  return isLive;
}

/** Runs one load at a time, and one more after it if there were requests meanwhile: a thousand events a second cause two loads a second. */
class SerialLoader {
  readonly #load: () => Promise<unknown>;
  #isDue = false;
  #isLoading = false;
  #isStopped = false;

  constructor(load: () => Promise<unknown>) {
    this.#load = load;
  }

  async request(): Promise<void> {
    this.#isDue = true;
    if (this.#isLoading) return;
    this.#isLoading = true;
    while (this.#isDue && !this.#isStopped) {
      this.#isDue = false;
      await this.#load();
      await new Promise((resolve) => setTimeout(resolve, MIN_INTERVAL_MS));
    }
    this.#isLoading = false;
  }

  stop(): void {
    this.#isStopped = true;
  }
}
