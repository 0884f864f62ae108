import type { RouteOnDay } from '@/features/search/queries';

type RecentSearch = Pick<RouteOnDay, 'from' | 'to'>;

const STORAGE_KEY = 'skyqueue.recent-searches';
const MAX = 4;

/** Newest first. What is stored is checked: an older version of the app may have written it. */
export function recentSearches(): RecentSearch[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter(isSearch).slice(0, MAX) : [];
  } catch {
    return [];
  }
}

export function saveSearch({ from, to }: RecentSearch): void {
  const others = recentSearches().filter((search) => search.from !== from || search.to !== to);
  localStorage.setItem(STORAGE_KEY, JSON.stringify([{ from, to }, ...others].slice(0, MAX)));
}

export function clearSearches(): void {
  localStorage.removeItem(STORAGE_KEY);
}

function isSearch(value: unknown): value is RecentSearch {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as RecentSearch).from === 'string' &&
    typeof (value as RecentSearch).to === 'string'
  );
}
