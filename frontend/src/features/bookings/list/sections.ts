import { hasScheduleChange, isPayable } from '@/features/bookings/booking-state';
import type { Booking } from '@/lib/api-types';
import { now } from '@/lib/time/server-clock';

/** The parts of "My trips", in the order in which they are shown. */
export interface Section {
  name: 'Needs your action' | 'Upcoming' | 'Past' | 'Cancelled and not booked';
  bookings: Booking[];
}

/** Bookings that need an action come first; then upcoming ones, the next departure first; then past ones, the last departure first. */
export function sectionsOf(bookings: readonly Booking[]): Section[] {
  const sections: Record<Section['name'], Booking[]> = {
    'Needs your action': [],
    Upcoming: [],
    Past: [],
    'Cancelled and not booked': [],
  };
  for (const booking of bookings) sections[sectionOf(booking)].push(booking);
  sections['Needs your action'].sort((one, other) => departure(one) - departure(other));
  sections.Upcoming.sort((one, other) => departure(one) - departure(other));
  sections.Past.sort((one, other) => departure(other) - departure(one));
  return Object.entries(sections)
    .map(([name, own]) => ({ name: name as Section['name'], bookings: own }))
    .filter((section) => section.bookings.length > 0);
}

function sectionOf(booking: Booking): Section['name'] {
  if (['CANCELLED', 'FAILED', 'EXPIRED'].includes(booking.status)) return 'Cancelled and not booked';
  if (isPayable(booking) || hasScheduleChange(booking)) return 'Needs your action';
  return end(booking) > now() ? 'Upcoming' : 'Past';
}

function departure({ segments }: Booking): number {
  return Date.parse(segments[0]?.flight.departure_ts ?? '');
}

/** A trip is over when its last flight has left. */
function end({ segments }: Booking): number {
  return Date.parse(segments.at(-1)?.flight.departure_ts ?? '');
}
