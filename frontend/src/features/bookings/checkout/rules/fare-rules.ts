import { t } from '@lingui/core/macro';
import type { CancellationTerms, Price } from '@/lib/api-types';
import { money, percentOf } from '@/lib/money';
import { now } from '@/lib/time/server-clock';
import { browserClock, browserDay, dayText } from '@/lib/time/time';

interface Rule {
  /** `Until Thu 3 Dec, 06:20` */
  when: string;
  /** `Free`, `₹2,725 are kept` */
  cost: string;
}

const HOUR_MS = 3_600_000;

/** What cancelling costs if these seats are booked now, from now until the departure, in the order of time. */
export function rulesFor(terms: CancellationTerms, total: Price, departureTs: string): Rule[] {
  const departure = Date.parse(departureTs);
  const freeUntil = Math.min(now() + terms.free_hours * HOUR_MS, departure - terms.free_days * 24 * HOUR_MS);
  const refundUntil = departure - terms.no_refund_hours * HOUR_MS;
  const percent = Number(terms.fee_percent);
  const rules: Rule[] = [];
  if (freeUntil > now() && freeUntil < refundUntil)
    rules.push({
      when: t`Until ${{ time: moment(freeUntil) }}`,
      cost: t({ message: 'Free', context: 'price' }),
    });
  if (refundUntil > now()) {
    const fee = money(percentOf(total.amount, percent), total.currency);
    rules.push({
      when:
        rules.length > 0
          ? t`Then until ${{ time: moment(refundUntil) }}`
          : t`Until ${{ time: moment(refundUntil) }}`,
      cost: percent === 0 ? t({ message: 'Free', context: 'price' }) : `${fee} (${percent} %)`,
    });
  }
  rules.push({
    when: rules.length > 0 ? t`After that` : t`From now on`,
    cost: t`Nothing is refunded`,
  });
  return rules;
}

/** Where the reader is: `Thu 3 Dec, 06:20` */
function moment(ms: number): string {
  const instant = new Date(ms).toISOString();
  return `${dayText(browserDay(instant))}, ${browserClock(instant)}`;
}
