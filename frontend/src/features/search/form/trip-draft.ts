import { MAX_FLIGHTS, type Trip } from '@/features/search/trip';
import { addDays, type Day } from '@/lib/time/time';

export type Kind = 'one-way' | 'return' | 'multi-city';

/** A leg in the form, which may be incomplete. */
export interface LegDraft {
  /** The React key of the leg, which stays the same while others are added and removed. */
  key: number;
  from: string;
  to: string;
  /** Null until a day is chosen or proposed. */
  date: Day | null;
}

/** The state of the form. Each kind of trip uses a part of it, so nothing is lost when the kind is changed and changed back. */
export interface TripDraft {
  kind: Kind;
  legs: LegDraft[];
  back: Day | null;
  seats: number;
}

const STAY_DAYS = 7;

export function draftOf({ legs, seats }: Trip): TripDraft {
  const [first, second, ...rest] = legs;
  const isReturn = second && rest.length === 0 && second.from === first?.to && second.to === first.from;
  const kind = !second ? 'one-way' : isReturn ? 'return' : 'multi-city';
  const kept = kind === 'multi-city' ? legs : legs.slice(0, 1);
  return {
    kind,
    legs: kept.map((leg, key) => ({ ...leg, key })),
    back: isReturn ? second.date : null,
    seats,
  };
}

/** As many legs as this kind of trip shows. A trip to several places begins with two. */
export function withKind(draft: TripDraft, kind: Kind): TripDraft {
  if (kind !== 'multi-city') return { ...draft, kind, legs: draft.legs.slice(0, 1) };
  return draft.legs.length > 1 ? { ...draft, kind } : withAnotherLeg({ ...draft, kind });
}

/** Adds a leg that begins where the last one ends. */
export function withAnotherLeg(draft: TripDraft): TripDraft {
  const last = draft.legs.at(-1);
  if (!last || draft.legs.length >= MAX_FLIGHTS) return draft;
  const key = Math.max(...draft.legs.map((leg) => leg.key)) + 1;
  return { ...draft, legs: [...draft.legs, { key, from: last.to, to: '', date: null }] };
}

/**
 * The days as the form shows them: what was chosen, else a proposal; never a day that is over at the origin (`earliest`), and never before
 * the leg before it.
 */
export function daysOf({ legs, back, kind }: TripDraft, earliest: Day): { legs: Day[]; back: Day | null } {
  const days: Day[] = [];
  for (const { date } of legs) {
    const minimum = days.at(-1) ?? earliest;
    const proposal = days.length === 0 ? addDays(earliest, 1) : addDays(minimum, STAY_DAYS);
    days.push(later(date ?? proposal, minimum));
  }
  const first = days[0] ?? earliest;
  return { legs: days, back: kind === 'return' ? later(back ?? addDays(first, STAY_DAYS), first) : null };
}

function later(one: Day, other: Day): Day {
  return one > other ? one : other;
}
