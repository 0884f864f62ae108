import { itineraryOf, type Leg } from '@/lib/itinerary';
import type { HomeSearch } from '../router';

/** The search that finds a flight and its neighbours: same places, same local day. */
export function searchLike(leg: Leg, seats: number): HomeSearch {
  const { from } = itineraryOf(leg);
  return { from: leg.source, to: leg.destination, date: from.date, ...(seats > 1 && { seats }) };
}
