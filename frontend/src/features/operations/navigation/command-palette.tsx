import '@mantine/spotlight/styles.css';
import { createSpotlight, Spotlight, type SpotlightActionData } from '@mantine/spotlight';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { CONSOLE_PAGES } from './console-pages';

const REFERENCE = /^[A-Za-z0-9]{6}$/;
const [store, palette] = createSpotlight();

export const openPalette = palette.open;

/** Ctrl K opens it. It goes to a page of the console, or searches for the typed text. */
export function CommandPalette() {
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const words = typed.trim();
  const pages: SpotlightActionData[] = CONSOLE_PAGES.map(({ to, name, also }) => ({
    id: to,
    label: name,
    keywords: also,
    onClick: () => navigate({ to }),
  }));
  const bookings = (search: { reference?: string; name?: string; user?: string }) => () =>
    navigate({ to: '/operations/bookings', search });
  const lookUps: SpotlightActionData[] = words
    ? [
        ...(REFERENCE.test(words)
          ? [
              {
                id: 'reference',
                label: `Booking ${words.toUpperCase()}`,
                onClick: bookings({ reference: words }),
              },
            ]
          : []),
        {
          id: 'flights',
          label: `Flights “${words}”`,
          onClick: () => navigate({ to: '/operations/flights', search: { q: words } }),
        },
        { id: 'name', label: `Bookings of traveller “${words}”`, onClick: bookings({ name: words }) },
        { id: 'user', label: `Bookings of account “${words}”`, onClick: bookings({ user: words }) },
      ]
    : [];
  return (
    <Spotlight
      store={store}
      actions={[
        { group: 'Pages', actions: pages },
        ...(words ? [{ group: 'Look up', actions: lookUps }] : []),
      ]}
      query={typed}
      onQueryChange={setTyped}
      // What is looked up contains what was typed, so it is always found.
      shortcut={['mod + K']}
      nothingFound="Nothing was found."
      clearQueryOnClose
      scrollable
      maxHeight={420}
      searchProps={{ placeholder: 'A page, a reference, a name, a flight…', 'aria-label': 'Go to' }}
    />
  );
}
