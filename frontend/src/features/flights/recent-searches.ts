import type { Route } from './api';

export type RecentSearch = Pick<Route, 'from' | 'to'>;

const KEY = 'skyqueue.recent-searches';
const MOST = 4;

/** Newest first. What storage holds may be anything: an older version wrote it, or a person did. */
export function recentSearches(): RecentSearch[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter(isSearch).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function rememberSearch({ from, to }: RecentSearch): void {
  const others = recentSearches().filter((search) => search.from !== from || search.to !== to);
  localStorage.setItem(KEY, JSON.stringify([{ from, to }, ...others].slice(0, MOST)));
}

export function forgetSearches(): void {
  localStorage.removeItem(KEY);
}

function isSearch(value: unknown): value is RecentSearch {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as RecentSearch).from === 'string' &&
    typeof (value as RecentSearch).to === 'string'
  );
}
