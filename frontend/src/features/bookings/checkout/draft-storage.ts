import type { Picks } from '@/features/bookings/seats/picks';
import { currentAccountId } from '@/lib/session';
import type { Traveller } from './travellers/travellers';

/** The draft is stored in this window only. It is used after a reload, after going back, and for another attempt after a declined card. */
const STORAGE_KEY = 'skyqueue.checkout';

/** The part of the form that is stored. The card is not. */
interface StoredDraft {
  travellers: Traveller[];
  picks: Picks;
}

interface StoredEntry extends StoredDraft {
  flights: string;
  /** The id of the account that filled it in. */
  account: string | null;
}

/** Stores the draft of a booking of these flights. It replaces any other draft. */
export function saveDraft(flightIds: readonly string[], { travellers, picks }: StoredDraft): void {
  const draft: StoredEntry = { flights: flightIds.join(), travellers, picks, account: currentAccountId() };
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify(draft));
}

/** The draft of the present account for these flights; null when there is none. */
export function loadDraft(flightIds: readonly string[]): StoredDraft | null {
  try {
    const stored = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? 'null') as StoredEntry | null;
    if (stored?.flights !== flightIds.join()) return null;
    const account = currentAccountId();
    if (account !== null && stored.account !== account) return null;
    return { travellers: stored.travellers, picks: stored.picks };
  } catch {
    return null;
  }
}

/** Call it when the account signs out. */
export function clearDraft(): void {
  sessionStorage.removeItem(STORAGE_KEY);
}

/** Call it when these flights are booked. A further booking of them is likely to be for other travellers. */
export function clearDraftOf(flightIds: readonly string[]): void {
  if (loadDraft(flightIds)) clearDraft();
}
