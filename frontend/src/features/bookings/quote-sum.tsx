import { Skeleton } from '@mantine/core';
import { ProblemNote } from '@/components/problem-note';
import { isZero, money, sum } from '@/lib/money';
import type { CancellationQuote } from '@/lib/wire';
import css from './quote-sum.module.css';

interface Props {
  quote: CancellationQuote | undefined;
  failed: unknown;
  onRetry: () => void;
}

/** What cancelling gives back and what it costs; read out once it is known. */
export function QuoteSum({ quote, failed, onRetry }: Props) {
  if (failed) {
    return <ProblemNote error={failed} title="What comes back is not known." onRetry={onRetry} />;
  }
  return (
    <div aria-live="polite">
      {quote ? (
        <Sum quote={quote} />
      ) : (
        <Skeleton height={84} radius={12} aria-label="Asking what comes back" />
      )}
    </div>
  );
}

function Sum({ quote: { refund_amount: refund, fee_amount: fee, currency } }: { quote: CancellationQuote }) {
  if (isZero(refund) && isZero(fee)) {
    return <p className={css.words}>Nothing was paid for this booking, so cancelling costs nothing.</p>;
  }
  return (
    <div className={css.sum} data-lost={isZero(refund) || undefined}>
      <dl>
        <div>
          <dt>You paid</dt>
          <dd>{money(sum(refund, fee), currency)}</dd>
        </div>
        <div>
          <dt>Cancellation fee</dt>
          <dd>{isZero(fee) ? 'None' : `− ${money(fee, currency)}`}</dd>
        </div>
        <div className={css.back}>
          <dt>You get back</dt>
          <dd>{isZero(refund) ? 'Nothing' : money(refund, currency)}</dd>
        </div>
      </dl>
      {isZero(refund) && <p>This close to departure the fare keeps all of it.</p>}
    </div>
  );
}
