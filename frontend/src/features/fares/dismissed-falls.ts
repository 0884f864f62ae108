import type { FareWatch } from '@/lib/api-types';

const STORAGE_KEY = 'skyqueue.dismissed-falls';
const MAX = 40;

/** The key of one fall of one watch. */
function keyOf({ id, fall }: FareWatch): string {
  return `${id} ${fall?.price ?? ''}`;
}

/** Falls whose notice was closed in this browser. What is stored is checked: an older version of the app may have written it. */
function dismissedKeys(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter((each) => typeof each === 'string') : [];
  } catch {
    return [];
  }
}

/** Those that have fallen, and whose notice was not closed. */
export function unseenFalls(watches: readonly FareWatch[]): FareWatch[] {
  const known = new Set(dismissedKeys());
  return watches.filter((watch) => watch.fall !== null && !known.has(keyOf(watch)));
}

export function dismissFall(watch: FareWatch): void {
  localStorage.setItem(STORAGE_KEY, JSON.stringify([keyOf(watch), ...dismissedKeys()].slice(0, MAX)));
}
