import { i18n } from '@lingui/core';
import { msg, plural, t } from '@lingui/core/macro';
import { Button } from '@mantine/core';
import { useId, useState } from 'react';
import { Sheet } from '@/components/layout/sheet';
import { airlineName } from '@/lib/airlines';
import { usePhone } from '@/lib/hooks/use-phone';
import { money } from '@/lib/money';
import css from './filter-panel.module.css';
import { DAY_PARTS, type DayPart, type Filters, filterCount } from './filters';
import { isOneCurrency } from './ranking';
import type { SearchResult } from './search-result';

interface Props {
  /** All results, before any filter. */
  results: readonly SearchResult[];
  /** How many of them fit the filters. */
  matching: number;
  filters: Filters;
  onChange: (filters: Filters) => void;
}

/** The filters, collapsed at first, and on a phone in a sheet. Each change is applied at once. */
export function FilterPanel({ results, matching, filters, onChange }: Props) {
  const [open, setOpen] = useState(false);
  const phone = usePhone();
  const panel = useId();
  const count = filterCount(filters);
  if (results.length < 2 && count === 0) return null;
  const change = (changes: { [Name in keyof Filters]: Filters[Name] | undefined }) =>
    onChange(withoutEmpty({ ...filters, ...changes }));
  return (
    <div>
      <div className={css.head}>
        <Button
          variant="default"
          size="sm"
          {...(phone ? { 'aria-haspopup': 'dialog' } : { 'aria-expanded': open, 'aria-controls': panel })}
          onClick={() => setOpen(!open)}
        >
          {count > 0 ? t`Filters (${count})` : t`Filters`}
        </Button>
        {count > 0 && (
          <Button variant="subtle" size="sm" onClick={() => onChange({})}>
            {t`Clear all`}
          </Button>
        )}
      </div>
      {phone ? (
        <Sheet title={t`Filters`} open={open} onClose={() => setOpen(false)}>
          <div className={`${css.fields} ${css.sheet}`}>
            <Fields {...{ results, filters, change }} />
          </div>
          <div className={css.show}>
            <Button fullWidth onClick={() => setOpen(false)}>
              {plural(matching, { one: 'Show # flight', other: 'Show # flights' })}
            </Button>
          </div>
        </Sheet>
      ) : (
        <div id={panel} className={`${css.fields} ${css.panel}`} hidden={!open}>
          <Fields {...{ results, filters, change }} />
        </div>
      )}
    </div>
  );
}

interface FieldsProps {
  results: readonly SearchResult[];
  filters: Filters;
  change: (changes: { [Name in keyof Filters]: Filters[Name] | undefined }) => void;
}

function Fields({ results, filters, change }: FieldsProps) {
  const group = useId();
  return (
    <>
      <fieldset>
        <legend>{t`Stops`}</legend>
        {STOPS.map(({ label, stops }) => (
          <label key={label.id}>
            <input
              type="radio"
              name={group}
              checked={filters.stops === stops}
              onChange={() => change({ stops })}
            />
            {i18n._(label)}
          </label>
        ))}
      </fieldset>
      <DayParts
        legend={t`Departure`}
        chosen={filters.departure}
        onChange={(departure) => change({ departure })}
      />
      <DayParts legend={t`Arrival`} chosen={filters.arrival} onChange={(arrival) => change({ arrival })} />
      <PriceLimit results={results} limit={filters.maxPrice} onChange={(maxPrice) => change({ maxPrice })} />
      <Airlines results={results} chosen={filters.airlines} onChange={(airlines) => change({ airlines })} />
    </>
  );
}

const STOPS = [
  { label: msg`Any`, stops: undefined },
  { label: msg`Direct only`, stops: 0 },
  { label: msg`At most 1`, stops: 1 },
] as const;

interface DayPartsProps {
  legend: string;
  chosen: DayPart[] | undefined;
  onChange: (windows: DayPart[] | undefined) => void;
}

function DayParts({ legend, chosen = [], onChange }: DayPartsProps) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      {Object.entries(DAY_PARTS).map(([name, { label, hours }]) => (
        <label key={name}>
          <input
            type="checkbox"
            checked={chosen.includes(name as DayPart)}
            onChange={() => onChange(toggled(chosen, name as DayPart))}
          />
          {i18n._(label)} <small>{hours}</small>
        </label>
      ))}
    </fieldset>
  );
}

interface PriceProps {
  results: readonly SearchResult[];
  limit: number | undefined;
  onChange: (limit: number | undefined) => void;
}

/** Nothing where there is only one price, or where prices cannot be compared. */
function PriceLimit({ results, limit, onChange }: PriceProps) {
  const id = useId();
  const prices = results.map(({ price }) => Math.ceil(Number(price)));
  const [lowest, highest] = [Math.min(...prices), Math.max(...prices)];
  const currency = results[0]?.currency;
  if (!currency || !isOneCurrency(results) || lowest === highest) return null;
  const value = Math.min(limit ?? highest, highest);
  return (
    <fieldset>
      <legend>
        <label htmlFor={id}>{t`Price up to`}</label>
      </legend>
      <input
        id={id}
        type="range"
        min={lowest}
        max={highest}
        value={value}
        aria-valuetext={money(String(value), currency)}
        onChange={({ currentTarget }) => {
          const chosen = Number(currentTarget.value);
          onChange(chosen >= highest ? undefined : chosen);
        }}
      />
      <output htmlFor={id}>{money(String(value), currency)}</output>
    </fieldset>
  );
}

interface AirlinesProps {
  results: readonly SearchResult[];
  chosen: string[] | undefined;
  onChange: (airlines: string[] | undefined) => void;
}

function Airlines({ results, chosen = [], onChange }: AirlinesProps) {
  const codes = [...new Set([...results.flatMap(({ airlines }) => airlines), ...chosen])];
  if (codes.length < 2) return null;
  codes.sort((one, other) => airlineName(one).localeCompare(airlineName(other)));
  return (
    <fieldset className={css.many}>
      <legend>{t`Airline`}</legend>
      {codes.map((code) => (
        <label key={code}>
          <input
            type="checkbox"
            checked={chosen.includes(code)}
            onChange={() => onChange(toggled(chosen, code))}
          />
          {airlineName(code)}
        </label>
      ))}
    </fieldset>
  );
}

/** Nothing chosen is the same as no filter. */
function toggled<T>(chosen: readonly T[], value: T): T[] | undefined {
  const next = chosen.includes(value) ? chosen.filter((each) => each !== value) : [...chosen, value];
  return next.length > 0 ? next : undefined;
}

function withoutEmpty(filters: { [Name in keyof Filters]: Filters[Name] | undefined }): Filters {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined)) as Filters;
}
