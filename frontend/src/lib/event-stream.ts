import { retryAfterMs } from './problem';
import { authorizedFetch } from './session';

/** The server says something every 15 s. After this long without a word the connection is taken for lost. */
const SILENT_MS = 40_000;
/** After a stream that ended; it doubles with each that could not be opened. */
const FIRST_DELAY_MS = 1_000;
const LAST_DELAY_MS = 30_000;
const TOO_MANY_REQUESTS = 429;

export interface Listener {
  /** Something may have changed: read again what the topics name. */
  onNews: () => void;
  /** Whether a stream is open now. While none is, nobody says what changes. */
  onOpen: (isOpen: boolean) => void;
}

/** Where a listener stands between two streams. */
interface Progress {
  lastId: string | null;
  delayMs: number;
}

/**
 * Follows topics of `GET /api/v1/events`, such as `booking:0199…`, until the function that it returns is called. A stream that is lost is
 * opened again, and the server tells what was missed since the last event. It is closed while the tab is hidden, and opened again when
 * it is shown. A browser's EventSource cannot do this: it sends no header, so the token would stand in the address.
 */
export function listen(topics: string, listener: Listener): () => void {
  const stop = new AbortController();
  void follow(topics, listener, stop.signal);
  return () => stop.abort();
}

async function follow(topics: string, listener: Listener, stopped: AbortSignal): Promise<void> {
  const progress: Progress = { lastId: null, delayMs: FIRST_DELAY_MS };
  while (!stopped.aborted) {
    if (document.hidden) {
      await untilShown(stopped);
      continue;
    }
    const waitMs = await readOne(topics, listener, progress, stopped).catch(() => progress.delayMs);
    if (stopped.aborted) return;
    listener.onOpen(false);
    if (waitMs === null) return;
    progress.delayMs = Math.min(progress.delayMs * 2, LAST_DELAY_MS);
    if (!document.hidden) await pause(waitMs, stopped);
  }
}

/** Reads one stream to its end. Returns when to open the next, in milliseconds; null: never, because the server refuses. */
async function readOne(
  topics: string,
  listener: Listener,
  progress: Progress,
  stopped: AbortSignal,
): Promise<number | null> {
  const connection = new AbortController();
  const close = () => connection.abort();
  const closeWhenHidden = () => document.hidden && close();
  stopped.addEventListener('abort', close);
  document.addEventListener('visibilitychange', closeWhenHidden);
  let silence = setTimeout(close, SILENT_MS);
  try {
    const response = await authorizedFetch(requestFor(topics, progress.lastId, connection.signal));
    if (!response.ok || !response.body) return waitAfter(response, progress.delayMs);
    progress.delayMs = FIRST_DELAY_MS;
    listener.onOpen(true);
    // What happened before this stream began, nobody tells.
    if (progress.lastId === null) listener.onNews();
    const lines = new Lines();
    for await (const text of textOf(response.body)) {
      clearTimeout(silence);
      silence = setTimeout(close, SILENT_MS);
      for (const line of lines.take(text)) {
        if (line.startsWith('id:')) progress.lastId = line.slice(3).trim();
        // Also `gap`: it says that nobody knows what was missed.
        if (line.startsWith('event:')) listener.onNews();
      }
    }
    return FIRST_DELAY_MS;
  } finally {
    clearTimeout(silence);
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
  const isForGood = response.status < 500 && response.status !== TOO_MANY_REQUESTS;
  return isForGood ? null : (retryAfterMs(response.headers) ?? delayMs);
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

/** Whole lines of a text that comes in pieces. */
class Lines {
  #rest = '';

  take(text: string): string[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines;
  }
}

function untilShown(stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (document.hidden && !stopped.aborted) return;
      document.removeEventListener('visibilitychange', look);
      stopped.removeEventListener('abort', look);
      resolve();
    };
    document.addEventListener('visibilitychange', look);
    stopped.addEventListener('abort', look);
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
