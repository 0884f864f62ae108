import { t } from '@lingui/core/macro';
import { createLink } from '@tanstack/react-router';
import type { ComponentProps } from 'react';
import { rowLink } from '@/components/layout/row';
import css from './choice-link.module.css';
import type { SearchResult } from './search-result';

/** What choosing a result does. */
export interface Choice {
  /** The ids of the flights of each leg that was chosen before. */
  before: readonly (readonly string[])[];
  /** There is another leg to choose after this one. */
  legFollows: boolean;
  seats: number;
}

interface AnchorProps extends ComponentProps<'a'> {
  filled?: boolean;
  obstacle: string | null;
}

function ChoiceAnchor({ obstacle, filled = false, ...props }: AnchorProps) {
  return (
    <a
      {...props}
      className={`${css.choice} ${rowLink}`}
      data-filled={filled || undefined}
      data-closed={obstacle !== null || undefined}
    >
      {obstacle ?? t`Choose`}
    </a>
  );
}

const Anchor = createLink(ChoiceAnchor);

interface Props {
  result: SearchResult;
  choice: Choice;
  filled: boolean;
  'aria-label': string;
}

/** A link from a result to the next leg, or to the checkout. A result that cannot be chosen on a later leg has no link. */
export function ChoiceLink({ result, choice: { before, legFollows, seats }, filled, ...label }: Props) {
  const { obstacle } = result;
  const ids = result.segments.map(({ id }) => id);
  const all = [...before, ids];
  const [only, ...others] = all.flat();
  if (obstacle !== null && (legFollows || before.length > 0)) {
    return (
      <span className={css.choice} data-closed>
        {obstacle}
      </span>
    );
  }
  if (legFollows) {
    return (
      <Anchor
        to="/"
        search={({ show: _, filters: __, ...current }) => ({ ...current, picked: pickedText(all) })}
        resetScroll={false}
        {...{ obstacle, filled, ...label }}
      />
    );
  }
  if (only && others.length === 0) {
    return (
      <Anchor
        to="/flights/$flightId"
        params={{ flightId: only }}
        search={{ seats }}
        {...{ obstacle, filled, ...label }}
      />
    );
  }
  return (
    <Anchor
      to="/itinerary"
      search={{ flights: all.flat().join(), ...(seats > 1 && { seats }) }}
      {...{ obstacle, filled, ...label }}
    />
  );
}

/** The flights of the legs that were chosen, as the address holds them: `id,id;id`. */
export function pickedText(legs: readonly (readonly string[])[]): string {
  return legs.map((ids) => ids.join()).join(';');
}

export function parsePicked(text: string | undefined): string[][] {
  return text ? text.split(';').map((leg) => leg.split(',')) : [];
}
