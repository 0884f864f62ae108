import { t } from '@lingui/core/macro';
import type { FareWatch } from '@/lib/api-types';
import { fromTo } from '@/lib/itineraries';

/** `Delhi to Mumbai`. A booking that ends where it began is a return trip. */
export function routeText({ source, destination }: Pick<FareWatch, 'source' | 'destination'>): string {
  return source === destination ? t`Return trip from ${source}` : fromTo(source, destination);
}
