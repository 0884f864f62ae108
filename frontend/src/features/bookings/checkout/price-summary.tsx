import { t } from '@lingui/core/macro';
import { Amounts } from '@/components/layout/amounts';
import type { Flight } from '@/lib/api-types';
import { money, multiply } from '@/lib/money';
import { totalOf } from './total';

interface Props {
  /** All in one currency. */
  flights: readonly Flight[];
  seats: number;
}

/** The price of the seats: for each flight if there are several, and in total. */
export function PriceSummary({ flights, seats }: Props) {
  const { amount, currency } = totalOf(flights, seats);
  const total = money(amount, currency);
  if (flights.length === 1 && flights[0]) {
    const label = `${money(flights[0].price, currency)} × ${seats}`;
    return <Amounts lines={[]} total={{ label, amount: total }} />;
  }
  const lines = flights.map(({ flight_number, price }) => ({
    label: `${flight_number} × ${seats}`,
    amount: money(multiply(price, seats), currency),
  }));
  return <Amounts lines={lines} total={{ label: t`Total`, amount: total }} />;
}
