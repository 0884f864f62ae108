import { plural, t } from '@lingui/core/macro';
import { useState } from 'react';
import { SearchIcon } from '@/components/icons';
import { Sheet } from '@/components/layout/sheet';
import type { Trip } from '@/features/search/trip';
import { placesText } from '@/lib/itineraries';
import { dayText } from '@/lib/time/time';
import css from './collapsed-form.module.css';
import { SearchForm } from './search-form';
import { draftOf } from './trip-draft';

interface Props {
  trip: Trip;
  onSearch: (trip: Trip) => void;
}

/** On a phone: a summary of the search, which opens the form in a sheet. */
export function CollapsedForm({ trip, onSearch }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className={css.line} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <SearchIcon size={18} />
        <span className={css.text}>
          <strong>{placesText(trip.legs)}</strong>
          <span>{whenText(trip)}</span>
        </span>
        <span className={css.change}>{t`Change`}</span>
      </button>
      <Sheet title={t`Change the search`} open={open} onClose={() => setOpen(false)}>
        <SearchForm
          initial={draftOf(trip)}
          onSearch={(wanted) => {
            setOpen(false);
            onSearch(wanted);
          }}
        />
      </Sheet>
    </>
  );
}

/** `Fri 4 Dec – Tue 8 Dec, 2 seats` */
function whenText({ legs, seats }: Trip): string {
  const days = legs.map(({ date }) => dayText(date)).join(' – ');
  return `${days}, ${plural({ seats }, { one: '# seat', other: '# seats' })}`;
}
