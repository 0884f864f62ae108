import type { Picks } from '@/features/bookings/seats/picks';
import { currentAccountId } from '@/lib/session';
import type { Traveller } from './travellers';

/** Where a reload, a way back, and another try after a declined card find what was typed. In this window only. */
const STORAGE_KEY = 'skyqueue.checkout';

/** What somebody has filled in before paying. A card is not kept. */
export interface KeptDraft {
  travellers: Traveller[];
  picks: Picks;
}

interface Stored extends KeptDraft {
  flights: string;
  /** Whose it is. */
  account: string | null;
}

/** Keeps the draft of the booking of these flights, in the place of any other. */
export function keepDraft(flightIds: readonly string[], { travellers, picks }: KeptDraft): void {
  const draft: Stored = { flights: flightIds.join(), travellers, picks, account: currentAccountId() };
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify(draft));
}

/** What the account that is signed in has filled in for these flights; null when there is nothing. */
export function keptDraft(flightIds: readonly string[]): KeptDraft | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? 'null') as Stored | null;
    if (kept?.flights !== flightIds.join()) return null;
    const account = currentAccountId();
    if (account !== null && kept.account !== account) return null;
    return { travellers: kept.travellers, picks: kept.picks };
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
