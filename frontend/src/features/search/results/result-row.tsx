import { createLink } from '@tanstack/react-router';
import type { ComponentProps, ReactNode } from 'react';
import { ScheduleLine } from '@/components/flights/schedule-line';
import { ArrowIcon } from '@/components/icons';
import { Row, rowLink } from '@/components/layout/row';
import { money } from '@/lib/money';
import type { Schedule } from '@/lib/schedule';
import css from './result-row.module.css';

/** Rows whose columns are in line, however long their prices are. */
export function ResultList({ children }: { children: ReactNode }) {
  return <ul className={css.list}>{children}</ul>;
}

interface Props {
  schedule: Schedule;
  /** Flight numbers, labels and free seats. */
  about: ReactNode;
  /** For all seats together. */
  price: { amount: string; currency: string };
  seats: number;
  /** A `ResultLink`. */
  link: ReactNode;
  bookable: boolean;
  /** More about the schedule: the stops. */
  children?: ReactNode;
}

/** A flight or an itinerary that was found: when, how long, for how much. */
export function ResultRow({ schedule, about, price, seats, link, bookable, children }: Props) {
  return (
    <Row className={css.row} dimmed={!bookable}>
      <div className={css.schedule}>
        <ScheduleLine schedule={schedule} />
        {children}
      </div>
      <div className={css.about}>{about}</div>
      <div className={css.price}>
        <strong>{money(price.amount, price.currency)}</strong>
        <span>{seats === 1 ? 'per seat' : `for ${seats} seats`}</span>
      </div>
      {link}
    </Row>
  );
}

interface AnchorProps extends ComponentProps<'a'> {
  /** Why it cannot be booked: it is shown instead of "Choose". */
  obstacle: string | null;
}

function ResultAnchor({ obstacle, ...props }: AnchorProps) {
  if (obstacle) {
    return (
      <a {...props} className={`${css.closed} ${rowLink}`}>
        {obstacle}
      </a>
    );
  }
  return (
    <a {...props} className={`${css.choose} ${rowLink}`}>
      <span>Choose</span>
      <ArrowIcon size={18} />
    </a>
  );
}

/** Leads from a result to its checkout. */
export const ResultLink = createLink(ResultAnchor);
