import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { exactPlace, placeQueries } from '@/lib/places';
import { instantOf } from '@/lib/time/local';
import { knownZone } from '@/lib/time/time';

const TYPING_MS = 250;

/** The clocks by which a time is read; `settled`: whether it is certain that these are the right ones. */
export interface Clocks {
  /** Null: UTC. */
  zone: string | null;
  settled: boolean;
}

/** The clocks of a place that somebody types. `known`: a place whose zone is known already. */
export function useClocks(place: string, known?: { place: string; zone: string | null }): Clocks {
  const [wanted] = useDebouncedValue(place.trim(), TYPING_MS);
  const isKnown = known !== undefined && known.place === place.trim();
  const query = useQuery({ ...placeQueries.suggestions(wanted), enabled: !isKnown && wanted !== '' });
  if (isKnown) return { zone: knownZone(known.zone), settled: true };
  if (place.trim() === '') return { zone: null, settled: true };
  const found = query.data && exactPlace(query.data, wanted);
  return { zone: knownZone(found?.timezone), settled: wanted === place.trim() && !query.isPending };
}

interface Props {
  label: string;
  value: string;
  clocks: Clocks;
  error: string | undefined;
  onChange: (text: string) => void;
}

/** A day and a time of day on the clocks of a place, and the same in UTC, so that nobody mistakes one for the other. */
export function TimeField({ label, value, clocks: { zone }, error, onChange }: Props) {
  const instant = value ? instantOf(value, zone) : null;
  const missing = value && instant === null ? 'The clocks of this place never show this time.' : undefined;
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
