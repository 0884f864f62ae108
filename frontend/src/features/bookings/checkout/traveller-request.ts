import { t } from '@lingui/core/macro';
import type { FieldError } from '@/lib/problem';
import { today } from '@/lib/time/time';
import type { Booking, NewBooking } from '@/lib/wire';
import { NO_TRAVELLERS, type Traveller, type TravellerErrors } from './travellers';

type PassengerBody = NonNullable<NewBooking['passengers']>[number];

/** What is sent of the travellers: those with a name, in order. */
export function passengersOf(travellers: readonly Traveller[]): PassengerBody[] {
  return travellers.flatMap(({ name, birth, contact }) =>
    name.trim()
      ? [
          {
            name: name.trim(),
            ...(birth && { date_of_birth: birth }),
            ...(contact.trim() && { contact: contact.trim() }),
          },
        ]
      : [],
  );
}

/** The other way round: the passengers of a booking, as the form has them. */
export function travellersOf(passengers: Booking['passengers']): Traveller[] {
  return NO_TRAVELLERS.map((none, position) => {
    const known = passengers[position];
    return known
      ? { name: known.name, birth: known.date_of_birth ?? '', contact: known.contact ?? '' }
      : none;
  });
}

/** What the form itself can see. Who gives a date of birth or a contact has to give a name: without it nothing would be kept. */
export function faultsOf(travellers: readonly Traveller[]): TravellerErrors {
  const faults: Record<string, string> = {};
  travellers.forEach(({ name, birth, contact }, position) => {
    if (!name.trim() && (birth || contact.trim())) faults[`${position} name`] = t`Whose is it? Add the name.`;
    if (birth && birth > today()) faults[`${position} birth`] = t`This day has not come yet.`;
  });
  return faults;
}

const FIELDS: Record<string, string> = { name: 'name', date_of_birth: 'birth', contact: 'contact' };

/** The server's complaints about travellers, at their fields. Its pointers count those that were sent: the ones with a name. */
export function serverFaults(
  errors: readonly FieldError[],
  travellers: readonly Traveller[],
): TravellerErrors {
  const sent = travellers.flatMap(({ name }, position) => (name.trim() ? [position] : []));
  const faults: Record<string, string> = {};
  for (const { pointer, message } of errors) {
    const [, index, field] = /^\/passengers\/(\d+)\/(\w+)$/.exec(pointer) ?? [];
    const position = index === undefined ? undefined : sent[Number(index)];
    const known = field === undefined ? undefined : FIELDS[field];
    if (position !== undefined && known) faults[`${position} ${known}`] = message;
  }
  return faults;
}
