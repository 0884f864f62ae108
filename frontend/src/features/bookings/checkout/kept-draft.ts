import type { Picks } from '@/features/bookings/seats/picks';
import type { Traveller } from './travellers';

/** Where a reload, a way back, and another try after a declined card find what was typed. In this window only. */
const STORAGE_KEY = 'skyqueue.checkout';

/** What somebody has filled in before paying. A card is not kept. */
export interface KeptDraft {
  travellers: Traveller[];
  picks: Picks;
}

/** Keeps the draft of the booking of these flights, in the place of any other. */
export function keepDraft(flightIds: readonly string[], { travellers, picks }: KeptDraft): void {
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify({ flights: flightIds.join(), travellers, picks }));
}

/** What was kept for these flights; null when there is nothing. */
export function keptDraft(flightIds: readonly string[]): KeptDraft | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? 'null') as
      | (KeptDraft & { flights: string })
      | null;
    return kept?.flights === flightIds.join() ? { travellers: kept.travellers, picks: kept.picks } : null;
  } catch {
    return null;
  }
}

/** The account has left. */
export function forgetDraft(): void {
  sessionStorage.removeItem(STORAGE_KEY);
}

/** These flights are booked: whoever books them again does it for others. */
export function forgetDraftOf(flightIds: readonly string[]): void {
  if (keptDraft(flightIds)) forgetDraft();
}
