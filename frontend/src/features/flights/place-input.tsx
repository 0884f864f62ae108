import { Autocomplete } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Ref, useState } from 'react';
import { meantPlace, suggestions } from '@/lib/places';
import type { Place } from '@/lib/wire';
import css from './place-input.module.css';

interface Props {
  label: string;
  value: string;
  onChange: (name: string) => void;
  error?: string | undefined;
  className?: string | undefined;
  ref?: Ref<HTMLInputElement>;
}

/** Not a name: the row that says that there is none. */
const NOTHING = '\0';

/** A city, an airport or a code, with suggestions while typing. What is left half-typed becomes what it most likely means. */
export function PlaceInput({ label, value, onChange, error, className, ref }: Props) {
  const words = value.trim();
  const [q] = useDebouncedValue(words, 120);
  const [entered, setEntered] = useState(false);
  const { data, isPlaceholderData } = useQuery({
    ...suggestions(q),
    // With nothing typed the busiest places are offered, to who is here.
    enabled: q.length > 0 || entered,
    placeholderData: keepPreviousData,
  });
  const places = data ?? [];
  const nothing = data?.length === 0 && !isPlaceholderData && q === words && q.length > 0;
  const queries = useQueryClient();

  function finish() {
    if (!words) return;
    // Without an answer the words stay as they are: the search form asks again.
    void meantPlace(queries, value).then(
      (name) => name && name !== value && onChange(name),
      () => undefined,
    );
  }

  return (
    <Autocomplete
      ref={ref}
      className={className}
      label={label}
      placeholder="City or airport"
      size="md"
      value={value}
      onChange={onChange}
      error={error}
      data={nothing ? [{ value: NOTHING, disabled: true }] : places.map((place) => place.name)}
      // The server has matched already, and it forgives typos that a filter here would not.
      filter={({ options }) => options}
      renderOption={({ option }) =>
        option.value === NOTHING ? (
          <span className={css.nothing}>No place is called “{q}”</span>
        ) : (
          <Suggestion place={places.find((place) => place.name === option.value)} />
        )
      }
      onFocus={() => setEntered(true)}
      onBlur={finish}
      // The list would lie over the words that say what is wrong.
      openOnFocus={!error}
      autoComplete="off"
      spellCheck={false}
      comboboxProps={{ shadow: 'md', offset: 6, withinPortal: false }}
      classNames={{ input: css.input, option: css.choice }}
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
