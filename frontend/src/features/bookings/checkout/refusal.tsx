import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Notice } from '@/components/messages/notice';
import { ProblemNote } from '@/components/messages/problem-note';
import type { Price } from '@/lib/api-types';
import { money } from '@/lib/money';
import { asProblem } from '@/lib/problem';

interface Props {
  error: unknown;
  flightCount: number;
  onBookAgain: () => void;
  onBookAt: (price: Price) => void;
}

/** Why the server did not accept the booking, and what can be done about it. */
export function Refusal({ error, flightCount, onBookAgain, onBookAt }: Props) {
  const problem = asProblem(error);
  const one = flightCount === 1;
  const { booking_id: earlier, expected, actual } = problem.members;
  switch (problem.code) {
    case 'possible_duplicate':
      if (typeof earlier !== 'string') break;
      return (
        <Notice
          title={
            one ? t`You booked this flight a moment ago` : t`You booked one of these flights a moment ago`
          }
        >
          <p>
            <Trans>
              <Link to="/bookings/$bookingId" params={{ bookingId: earlier }}>
                See that booking
              </Link>
              , or book again if you need more seats.
            </Trans>
          </p>
          <Button fullWidth onClick={onBookAgain}>
            {t`Book again`}
          </Button>
        </Notice>
      );
    case 'price_changed':
      if (!isPrice(expected) || !isPrice(actual)) break;
      return <PriceChanged expected={expected} actual={actual} onBookAt={onBookAt} />;
    case 'seat_taken':
      return (
        <Notice title={t`A seat has just been taken`}>
          <p>{t`Nothing was booked or charged. Choose another one under Seats, and try again.`}</p>
        </Notice>
      );
    case 'too_many_holds':
      return (
        <Notice title={t`Too many unpaid holds`}>
          <p>
            <Trans>
              Pay for one of <Link to="/bookings">your bookings</Link>, or cancel it, before you hold more
              seats.
            </Trans>
          </p>
        </Notice>
      );
    case 'sold_out':
      return (
        <Notice title={t`Another booking was faster`}>
          <p>
            {one
              ? problem.message
              : t`One of these flights has fewer seats left than you asked for, so none of them was booked.`}
          </p>
        </Notice>
      );
    case 'flight_not_found':
      return (
        <Notice title={one ? t`This flight no longer exists` : t`One of these flights no longer exists`}>
          <p>{t`It was taken off the schedule. Choose another one.`}</p>
        </Notice>
      );
    case 'not_chronological':
    case 'mixed_currencies':
      return (
        <Notice title={t`These flights cannot be booked together`}>
          <p>{problem.errors[0]?.message ?? problem.message}</p>
        </Notice>
      );
  }
  return <ProblemNote error={problem} title={t`The booking was not made.`} />;
}

interface PriceProps {
  expected: Price;
  actual: Price;
  onBookAt: Props['onBookAt'];
}

function PriceChanged({ expected, actual, onBookAt }: PriceProps) {
  const before = money(expected.amount, expected.currency);
  const price = money(actual.amount, actual.currency);
  return (
    <Notice title={t`The price has changed`}>
      <p>
        <Trans>
          It was {before} and is now <strong>{price}</strong> in total. Nothing was booked.
        </Trans>
      </p>
      <Button fullWidth onClick={() => onBookAt(actual)}>
        {t`Book for ${price}`}
      </Button>
    </Notice>
  );
}

function isPrice(value: unknown): value is Price {
  const { amount, currency } = (value ?? {}) as Partial<Record<keyof Price, unknown>>;
  return typeof amount === 'string' && typeof currency === 'string';
}
