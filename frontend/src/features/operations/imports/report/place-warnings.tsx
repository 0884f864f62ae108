import type { ImportView } from '@/lib/api-types';
import css from './import-warnings.module.css';

const OPEN = ['unknown_place', 'ambiguous_place'];
const SHOWN = 20;

/** Warnings about places: texts that are not clear, and texts that were understood as a place with another name. */
export function PlaceWarnings({ report: { errors, places, dry_run: dryRun } }: { report: ImportView }) {
  const open = new Map<string, (typeof errors)[number]>();
  for (const error of errors)
    if (OPEN.includes(error.code) && !open.has(error.value)) open.set(error.value, error);
  if (open.size + places.length === 0) return null;
  return (
    <div>
      <h3 className={css.title}>{dryRun ? 'Places to look at before you upload' : 'Places to look at'}</h3>
      <ul className={css.list}>
        {[...open.values()].slice(0, SHOWN).map(({ line, value, message }) => (
          <li key={value}>
            <span className={css.line}>Line {line}</span> “{value}” is not clear. {message}
          </li>
        ))}
        {places.slice(0, SHOWN).map(({ line, value, iata, city, country }) => (
          <li key={`${value} ${iata}`}>
            <span className={css.line}>Line {line}</span> “{value}” {dryRun ? 'would be' : 'was'} read as{' '}
            {city} ({iata}, {country}).
          </li>
        ))}
      </ul>
      {(open.size > SHOWN || places.length > SHOWN) && (
        <p className={css.more}>These are the first of them.</p>
      )}
    </div>
  );
}

/** Warnings about rows without a fault that are probably wrong, such as local times that were sent as UTC. */
export function DoubtWarnings({ report: { doubts, dry_run: dryRun } }: { report: ImportView }) {
  if (doubts.length === 0) return null;
  return (
    <div>
      <h3 className={css.title}>{dryRun ? 'Times to look at before you upload' : 'Times to look at'}</h3>
      <ul className={css.list}>
        {doubts.slice(0, SHOWN).map(({ line, value, message }) => (
          <li key={line}>
            <span className={css.line}>Line {line}</span> “{value}”: {message}
          </li>
        ))}
      </ul>
      {doubts.length > SHOWN && <p className={css.more}>These are the first of them.</p>}
    </div>
  );
}
