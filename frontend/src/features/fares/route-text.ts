import type { FareWatch } from '@/lib/wire';

/** `Delhi to Mumbai`. A booking that ends where it began is a return trip. */
export function routeText({ source, destination }: Pick<FareWatch, 'source' | 'destination'>): string {
  return source === destination ? `Return trip from ${source}` : `${source} to ${destination}`;
}
