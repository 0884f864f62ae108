import { t } from '@lingui/core/macro';
import { CloseButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Banner } from '@/components/messages/banner';
import type { FareWatch } from '@/lib/api-types';
import { money } from '@/lib/money';
import { useSession } from '@/lib/session';
import { dayText } from '@/lib/time/time';
import { dismissFall, unseenFalls } from './dismissed-falls';
import { fareQueries } from './queries';
import { routeText } from './route-text';
import { searchOf } from './watch-list';

/** A banner on every page that says that a watched fare has fallen. It is shown until it is closed, or the price has risen again. */
export function FareNotice({ path }: { path: string }) {
  const signedIn = useSession().state === 'signed-in';
  const { data } = useQuery({ ...fareQueries.watches(), enabled: signedIn });
  const [, setClosed] = useState(0);
  // My trips and the page of a booking show the same, so the banner is left out there.
  if (!signedIn || path === '/bookings') return null;
  const [watch] = unseenFalls(data ?? []).filter(
    ({ booking_id }) => booking_id === null || !path.endsWith(booking_id),
  );
  if (!watch?.fall) return null;
  return (
    <Banner tone="good">
      <p role="status">{fallText(watch, watch.fall.price)}</p>
      {watch.booking_id ? (
        <Link to="/bookings/$bookingId" params={{ bookingId: watch.booking_id }}>
          {t`Rebook`}
        </Link>
      ) : (
        <Link to="/" search={searchOf(watch)}>
          {t`See the flights`}
        </Link>
      )}
      <CloseButton
        size="sm"
        variant="transparent"
        aria-label={t`Close this notice`}
        onClick={() => {
          dismissFall(watch);
          setClosed((count) => count + 1);
        }}
      />
    </Banner>
  );
}

function fallText(watch: FareWatch, price: string): string {
  const { date, currency, booking_id, seats } = watch;
  const route = `${routeText(watch)}, ${dayText(date)}`;
  const now = money(price, currency);
  if (booking_id) return t`Your fare is lower now: ${route}, ${now}.`;
  return seats > 1
    ? t`The fare has fallen: ${route}, from ${now} a seat.`
    : t`The fare has fallen: ${route}, from ${now}.`;
}
