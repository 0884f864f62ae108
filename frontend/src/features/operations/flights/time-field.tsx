import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { exactPlace, placeQueries } from '@/lib/places';
import { instantOf } from '@/lib/time/local';
import { supportedZone } from '@/lib/time/time';

const TYPING_MS = 250;

/** The time zone in which a time is read. `isCertain`: whether it is certain that this is the zone of the typed place. */
interface PlaceZone {
  /** Null: UTC. */
  zone: string | null;
  isCertain: boolean;
}

/** The time zone of the place in an input field. `known`: a place whose zone is known already. */
export function usePlaceZone(place: string, known?: { place: string; zone: string | null }): PlaceZone {
  const [wanted] = useDebouncedValue(place.trim(), TYPING_MS);
  const isKnown = known !== undefined && known.place === place.trim();
  const query = useQuery({ ...placeQueries.suggestions(wanted), enabled: !isKnown && wanted !== '' });
  if (isKnown) return { zone: supportedZone(known.zone), isCertain: true };
  if (place.trim() === '') return { zone: null, isCertain: true };
  const found = query.data && exactPlace(query.data, wanted);
  return { zone: supportedZone(found?.timezone), isCertain: wanted === place.trim() && !query.isPending };
}

interface Props {
  label: string;
  value: string;
  place: PlaceZone;
  error: string | undefined;
  onChange: (text: string) => void;
}

/** A field for a local time at a place. It shows the same time in UTC, so that nobody confuses the two. */
export function TimeField({ label, value, place: { zone }, error, onChange }: Props) {
  const instant = value ? instantOf(value, zone) : null;
  const missing =
    value && instant === null ? 'This time does not exist at this place: the clocks skip it.' : undefined;
  return (
    <TextInput
      size="sm"
      required
      type="datetime-local"
      label={label}
      description={
        zone
          ? `local time, ${zone}${instant ? `: ${inUtc(instant)}` : ''}`
          : 'in UTC: the place has no known zone'
      }
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      value={value}
      error={missing ?? error}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    />
  );
}

/** `2026-12-01 00:50 UTC` */
function inUtc(instant: string): string {
  return `${instant.slice(0, 16).replace('T', ' ')} UTC`;
}
