import { createLink } from '@tanstack/react-router';
import type { ComponentProps, ReactNode } from 'react';
import type { Itinerary } from '@/lib/itinerary';
import { ItineraryLine } from './itinerary-line';
import css from './offer-row.module.css';

/** Rows whose columns stand in line, however long their prices are. */
export function OfferList({ children }: { children: ReactNode }) {
  return <ul className={css.list}>{children}</ul>;
}

interface Props {
  itinerary: Itinerary;
  /** Numbers, badges and seats. */
  about: ReactNode;
  price: string;
  /** What the price is for. */
  priceOf: string;
  /** The way on, or why there is none. */
  action: ReactNode;
  /** Whether it can seat the party. */
  open: boolean;
  /** What is to know about the way. */
  children?: ReactNode;
}

/** One way to travel and what it costs. */
export function OfferRow({ itinerary, about, price, priceOf, action, open, children }: Props) {
  return (
    <li className={css.row} data-full={!open || undefined}>
      <div className={css.times}>
        <ItineraryLine itinerary={itinerary} />
        {children}
      </div>
      <div className={css.about}>{about}</div>
      <div className={css.price}>
        <strong>{price}</strong>
        <span>{priceOf}</span>
      </div>
      {action}
    </li>
  );
}

function Anchor({ open, ...props }: ComponentProps<'a'> & { open: boolean }) {
  return <a {...props} className={open ? css.choose : css.full} />;
}

/** The whole row leads where this leads. */
export const OfferLink = createLink(Anchor);
