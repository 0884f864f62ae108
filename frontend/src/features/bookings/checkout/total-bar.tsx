import { t } from '@lingui/core/macro';
import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { Flight } from '@/lib/api-types';
import { money } from '@/lib/money';
import { totalOf } from './total';
import css from './total-bar.module.css';

/** More than the height of any page, so that an element above the window counts as reached. */
const ABOVE_PX = 100_000;

interface Props {
  flights: readonly Flight[];
  seats: number;
  /** The id of the title of the summary, which has the total and the button that books. */
  summary: string;
}

/** A bar with the total at the bottom of a phone's screen, where the summary is at the end of the page. It is hidden once the summary is visible. */
export function TotalBar({ flights, seats, summary }: Props) {
  const reached = useIsReached(summary);
  const { amount, currency } = totalOf(flights, seats);
  if (reached) return null;
  return (
    <aside className={css.bar} aria-label={t`Total`} data-screen-only>
      <p>
        {t`Total`} <strong>{money(amount, currency)}</strong>
      </p>
      <Button
        variant="default"
        onClick={() => document.getElementById(summary)?.scrollIntoView({ block: 'start' })}
      >
        {t`Review and book`}
      </Button>
    </aside>
  );
}

/** Whether an element is in the window, or above it. */
function useIsReached(id: string): boolean {
  const [reached, setReached] = useState(false);
  useEffect(() => {
    const element = document.getElementById(id);
    if (!element) return;
    const observer = new IntersectionObserver(([entry]) => setReached(entry?.isIntersecting ?? false), {
      rootMargin: `${ABOVE_PX}px 0px 0px`,
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [id]);
  return reached;
}
