import { t } from '@lingui/core/macro';
import type { Booking, NewBooking } from '@/lib/api-types';
import type { FieldError } from '@/lib/problem';
import { today } from '@/lib/time/time';
import { NO_TRAVELLERS, type Traveller, type TravellerErrors } from './travellers';

type PassengerBody = NonNullable<NewBooking['passengers']>[number];

/** The passengers of the request: the travellers with a name, in order. */
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

/** The reverse: the passengers of a booking as travellers of the form. */
export function travellersOf(passengers: Booking['passengers']): Traveller[] {
  return NO_TRAVELLERS.map((none, position) => {
    const known = passengers[position];
    return known
      ? { name: known.name, birth: known.date_of_birth ?? '', contact: known.contact ?? '' }
      : none;
  });
}

/** The errors that the form finds itself. A date of birth or a contact needs a name, because travellers without a name are not sent. */
export function travellerErrors(travellers: readonly Traveller[]): TravellerErrors {
  const errors: Record<string, string> = {};
  travellers.forEach(({ name, birth, contact }, position) => {
    if (!name.trim() && (birth || contact.trim())) errors[`${position} name`] = t`Whose is it? Add the name.`;
    if (birth && birth > today()) errors[`${position} birth`] = t`This day has not come yet.`;
  });
  return errors;
}

const FIELDS: Record<string, string> = { name: 'name', date_of_birth: 'birth', contact: 'contact' };

/** The server's errors about travellers, by their fields. The server's pointers count only the travellers that were sent: those with a name. */
export function serverTravellerErrors(
  fieldErrors: readonly FieldError[],
  travellers: readonly Traveller[],
): TravellerErrors {
  const sent = travellers.flatMap(({ name }, position) => (name.trim() ? [position] : []));
  const errors: Record<string, string> = {};
  for (const { pointer, message } of fieldErrors) {
    const [, index, field] = /^\/passengers\/(\d+)\/(\w+)$/.exec(pointer) ?? [];
    const position = index === undefined ? undefined : sent[Number(index)];
    const known = field === undefined ? undefined : FIELDS[field];
    if (position !== undefined && known) errors[`${position} ${known}`] = message;
  }
  return errors;
}
