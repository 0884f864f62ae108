import { t } from '@lingui/core/macro';
import { CloseButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Bar } from '@/components/messages/bar';
import { money } from '@/lib/money';
import { useSession } from '@/lib/session';
import { dayText } from '@/lib/time/time';
import type { FareWatch } from '@/lib/wire';
import { dismissFall, unseenFalls } from './dismissed';
import { fareQueries } from './queries';
import { routeText } from './route-text';
import { searchOf } from './watch-list';

/** On every page: a watched fare has fallen. It stays until it is closed, or the price has risen again. */
export function FareNotice({ path }: { path: string }) {
  const signedIn = useSession().state === 'signed-in';
  const { data } = useQuery({ ...fareQueries.watches(), enabled: signedIn });
  const [, setClosed] = useState(0);
  // My trips lists all watched fares, and the page of a booking says so itself.
  if (!signedIn || path === '/bookings') return null;
  const [watch] = unseenFalls(data ?? []).filter(
    ({ booking_id }) => booking_id === null || !path.endsWith(booking_id),
  );
  if (!watch?.fall) return null;
  return (
    <Bar tone="good">
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
    </Bar>
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
