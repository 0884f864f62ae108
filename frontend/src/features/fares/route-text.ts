import { t } from '@lingui/core/macro';
import { fromTo } from '@/lib/itineraries';
import type { FareWatch } from '@/lib/wire';

/** `Delhi to Mumbai`. A booking that ends where it began is a return trip. */
export function routeText({ source, destination }: Pick<FareWatch, 'source' | 'destination'>): string {
  return source === destination ? t`Return trip from ${source}` : fromTo(source, destination);
}
