import { useItinerary } from '@/lib/itinerary';
import type { HomeSearch } from '../router';

type Trip = Parameters<typeof useItinerary>[0];

/** The search that finds a flight and its neighbours: same places, same local day. */
export function useSearchLike(trip: Trip, seats: number): HomeSearch {
  const { from } = useItinerary(trip);
  return { from: trip.source, to: trip.destination, date: from.date, ...(seats > 1 && { seats }) };
}
