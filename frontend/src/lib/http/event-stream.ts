import { retryAfterMs } from '@/lib/problem';
import { authorizedFetch } from '@/lib/session';

/** The server sends a comment every 15 s. After this time without data, the connection counts as lost. */
const SILENCE_TIMEOUT_MS = 40_000;
/** The delay after a stream that ended. It doubles after each failed attempt. */
const FIRST_DELAY_MS = 1_000;
const LAST_DELAY_MS = 30_000;
const TOO_MANY_REQUESTS = 429;

interface Subscriber {
  /** Something may have changed: load the data of the topics again. */
  onEvent: () => void;
  /** Called when a stream is opened or closed. While none is open, no events arrive. */
  onOpen: (isOpen: boolean) => void;
}

/** The state of a subscription between two streams. */
interface Progress {
  lastId: string | null;
  delayMs: number;
}

/**
 * Subscribes to topics of `GET /api/v1/events`, such as `booking:0199…`, until the function that it returns is called. A lost stream is opened
 * again, and the server sends the events since the last one. The stream is closed while the tab is hidden. The browser's EventSource cannot be
 * used: it sends no headers, so the token would be in the address.
 */
export function subscribe(topics: string, subscriber: Subscriber): () => void {
  const stop = new AbortController();
  void runSubscription(topics, subscriber, stop.signal);
  return () => stop.abort();
}

async function runSubscription(topics: string, listener: Subscriber, stopped: AbortSignal): Promise<void> {
  const progress: Progress = { lastId: null, delayMs: FIRST_DELAY_MS };
  while (!stopped.aborted) {
    if (document.hidden) {
      await untilShown(stopped);
      continue;
    }
    const waitMs = await readStream(topics, listener, progress, stopped).catch(() => progress.delayMs);
    if (stopped.aborted) return;
    listener.onOpen(false);
    if (waitMs === null) return;
    progress.delayMs = Math.min(progress.delayMs * 2, LAST_DELAY_MS);
    if (!document.hidden) await pause(waitMs, stopped);
  }
}

/** Reads one stream to its end. Returns when to open the next, in milliseconds; null: never, because the server refuses. */
async function readStream(
  topics: string,
  listener: Subscriber,
  progress: Progress,
  stopped: AbortSignal,
): Promise<number | null> {
  const connection = new AbortController();
  const close = () => connection.abort();
  const closeWhenHidden = () => document.hidden && close();
  stopped.addEventListener('abort', close);
  document.addEventListener('visibilitychange', closeWhenHidden);
  let silenceTimer = setTimeout(close, SILENCE_TIMEOUT_MS);
  try {
    const response = await authorizedFetch(requestFor(topics, progress.lastId, connection.signal));
    if (!response.ok || !response.body) return waitAfter(response, progress.delayMs);
    progress.delayMs = FIRST_DELAY_MS;
    listener.onOpen(true);
    // Changes before the first stream have no events.
    if (progress.lastId === null) listener.onEvent();
    const lines = new LineSplitter();
    for await (const text of textOf(response.body)) {
      clearTimeout(silenceTimer);
      silenceTimer = setTimeout(close, SILENCE_TIMEOUT_MS);
      for (const line of lines.take(text)) {
        if (line.startsWith('id:')) progress.lastId = line.slice(3).trim();
        // Also `gap`, which says that events may have been missed.
        if (line.startsWith('event:')) listener.onEvent();
      }
    }
    return FIRST_DELAY_MS;
  } finally {
    clearTimeout(silenceTimer);
    document.removeEventListener('visibilitychange', closeWhenHidden);
    stopped.removeEventListener('abort', close);
  }
}

function requestFor(topics: string, lastId: string | null, signal: AbortSignal): Request {
  const address = new URL(`/api/v1/events?topics=${encodeURIComponent(topics)}`, window.location.origin);
  const headers = { Accept: 'text/event-stream', ...(lastId !== null && { 'Last-Event-ID': lastId }) };
  return new Request(address, { headers, signal });
}

function waitAfter(response: Response, delayMs: number): number | null {
  const isPermanent = response.status < 500 && response.status !== TOO_MANY_REQUESTS;
  return isPermanent ? null : (retryAfterMs(response.headers) ?? delayMs);
}

async function* textOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield decoder.decode(value, { stream: true });
  }
}

/** Splits a text that arrives in chunks into whole lines. */
class LineSplitter {
  #rest = '';

  take(text: string): string[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines;
  }
}

function untilShown(stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (document.hidden && !stopped.aborted) return;
      document.removeEventListener('visibilitychange', check);
      stopped.removeEventListener('abort', check);
      resolve();
    };
    document.addEventListener('visibilitychange', check);
    stopped.addEventListener('abort', check);
  });
}

function pause(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      stopped.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    stopped.addEventListener('abort', end);
  });
}
