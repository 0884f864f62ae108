import { Autocomplete } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { meantPlace, suggestions } from '@/lib/places';
import type { Place } from '@/lib/wire';
import css from './place-input.module.css';

interface Props {
  label: string;
  value: string;
  onChange: (name: string) => void;
  error?: string | undefined;
  className?: string | undefined;
}

/** A city, an airport or a code, with suggestions while typing. What is left half-typed becomes what it most likely means. */
export function PlaceInput({ label, value, onChange, error, className }: Props) {
  const [q] = useDebouncedValue(value.trim(), 120);
  const { data = [] } = useQuery({
    ...suggestions(q),
    enabled: q.length > 0,
    placeholderData: keepPreviousData,
  });
  const places = value.trim() ? data : [];
  const queries = useQueryClient();

  function finish() {
    if (!value.trim()) return;
    // Without an answer the words stay as they are: the search form asks again.
    void meantPlace(queries, value).then(
      (name) => name && onChange(name),
      () => undefined,
    );
  }

  return (
    <Autocomplete
      className={className}
      label={label}
      placeholder="City or airport"
      size="md"
      value={value}
      onChange={onChange}
      error={error}
      data={places.map((place) => place.name)}
      // The server has matched already, and it forgives typos that a filter here would not.
      filter={({ options }) => options}
      renderOption={({ option }) => (
        <Suggestion place={places.find((place) => place.name === option.value)} />
      )}
      onBlur={finish}
      autoComplete="off"
      spellCheck={false}
      comboboxProps={{ shadow: 'md', offset: 6, withinPortal: false }}
      classNames={{ input: css.input }}
    />
  );
}

function Suggestion({ place }: { place: Place | undefined }) {
  if (!place) return null;
  const where = [place.city === place.name ? null : place.city, countryName(place.country)]
    .filter(Boolean)
    .join(', ');
  return (
    <span className={css.option}>
      <span className={css.names}>
        <span>{place.name}</span>
        {where && <span className={css.where}>{where}</span>}
      </span>
      {place.iata && <span className={css.code}>{place.iata}</span>}
    </span>
  );
}

const COUNTRIES = new Intl.DisplayNames('en', { type: 'region' });

/** `GB` in words; whatever is no code stays as it is. */
function countryName(country: string | null): string | null {
  return country && /^[A-Z]{2}$/.test(country) ? (COUNTRIES.of(country) ?? country) : country;
}
