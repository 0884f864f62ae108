import { t } from '@lingui/core/macro';
import { Skeleton } from '@mantine/core';
import { Amounts } from '@/components/layout/amounts';
import { ProblemNote } from '@/components/messages/problem-note';
import type { CancellationQuote } from '@/lib/api-types';
import { add, isZero, money } from '@/lib/money';
import css from './refund-quote.module.css';

interface Props {
  quote: CancellationQuote | undefined;
  error: unknown;
  onRetry: () => void;
}

/** What cancelling refunds and what it costs. A screen reader says it once it is known. */
export function RefundQuote({ quote, error, onRetry }: Props) {
  if (error) {
    return <ProblemNote error={error} title={t`The refund could not be calculated.`} onRetry={onRetry} />;
  }
  return (
    <div aria-live="polite">
      {quote ? (
        <Quote quote={quote} />
      ) : (
        <Skeleton height={84} radius={12} aria-label={t`Calculating the refund`} />
      )}
    </div>
  );
}

function Quote({
  quote: { refund_amount: refund, fee_amount: fee, currency },
}: {
  quote: CancellationQuote;
}) {
  if (isZero(refund) && isZero(fee)) {
    return <p className={css.text}>{t`Nothing was paid for this booking, so cancelling costs nothing.`}</p>;
  }
  return (
    <div className={css.quote} data-nothing={isZero(refund) || undefined}>
      <Amounts
        lines={[
          { label: t`You paid`, amount: money(add(refund, fee), currency) },
          { label: t`Cancellation fee`, amount: isZero(fee) ? t`None` : `− ${money(fee, currency)}` },
        ]}
        total={{ label: t`You get back`, amount: isZero(refund) ? t`Nothing` : money(refund, currency) }}
      />
      {isZero(refund) && <p>{t`This close to departure, the fare is not refunded.`}</p>}
    </div>
  );
}
