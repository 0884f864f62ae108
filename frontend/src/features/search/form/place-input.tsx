import { t } from '@lingui/core/macro';
import { Autocomplete } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Ref, useState } from 'react';
import type { Place } from '@/lib/api-types';
import { shownLanguage } from '@/lib/language';
import { findPlaceName, placeQueries } from '@/lib/places';
import css from './place-input.module.css';

interface Props {
  label: string;
  value: string;
  onChange: (name: string) => void;
  error?: string | undefined;
  className?: string | undefined;
  ref?: Ref<HTMLInputElement>;
}

/** The value of the row that says that nothing was found. It cannot be the name of a place. */
const NOTHING_FOUND = '\0';

/** A city, an airport or a code, with suggestions while typing. When the field is left, a half-typed name becomes the name that was most likely meant. */
export function PlaceInput({ label, value, onChange, error, className, ref }: Props) {
  const text = value.trim();
  const [query] = useDebouncedValue(text, 120);
  const [focused, setFocused] = useState(false);
  const { data, isPlaceholderData } = useQuery({
    ...placeQueries.suggestions(query),
    // An empty field suggests the places with most flights when it gets the focus.
    enabled: query.length > 0 || focused,
    placeholderData: keepPreviousData,
  });
  const places = data ?? [];
  const nothingFound = data?.length === 0 && !isPlaceholderData && query === text && query.length > 0;
  const queries = useQueryClient();

  function completeName() {
    if (!text) return;
    // If the request fails, the text stays as it is: the search form completes it when it is submitted.
    void findPlaceName(queries, value).then(
      (name) => name && name !== value && onChange(name),
      () => undefined,
    );
  }

  return (
    <Autocomplete
      ref={ref}
      className={className}
      label={label}
      placeholder={t`City or airport`}
      size="md"
      value={value}
      onChange={onChange}
      error={error}
      data={nothingFound ? [{ value: NOTHING_FOUND, disabled: true }] : places.map((place) => place.name)}
      // The server has chosen them, and it tolerates typing errors. A filter here would not.
      filter={({ options }) => options}
      renderOption={({ option }) =>
        option.value === NOTHING_FOUND ? (
          <span className={css.nothing}>{t`No place is called “${{ place: query }}”`}</span>
        ) : (
          <Suggestion place={places.find((place) => place.name === option.value)} />
        )
      }
      onFocus={() => setFocused(true)}
      onBlur={completeName}
      // The list would cover the message below the field.
      openOnFocus={!error}
      // All suggestions fit: a list that scrolls would need a stop of its own for the keyboard.
      maxDropdownHeight={520}
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
      {!place.city && <span className={css.where}>{t`unknown place`}</span>}
    </span>
  );
}

/** `GB` as United Kingdom. What is not a code stays as it is. */
function countryName(country: string | null): string | null {
  if (!country || !/^[A-Z]{2}$/.test(country)) return country;
  return new Intl.DisplayNames(shownLanguage(), { type: 'region' }).of(country) ?? country;
}
