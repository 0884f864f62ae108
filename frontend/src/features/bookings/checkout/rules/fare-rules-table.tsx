import { t } from '@lingui/core/macro';
import { Card } from '@/components/layout/card';
import type { CancellationTerms, Flight, Price } from '@/lib/api-types';
import { rulesFor } from './fare-rules';
import css from './fare-rules.module.css';

interface Props {
  terms: CancellationTerms | undefined;
  total: Price;
  flights: readonly Flight[];
}

/** What cancelling would cost, before anything is bought. Nothing while the rules are not known. */
export function FareRules({ terms, total, flights }: Props) {
  const first = flights[0];
  if (!terms || !first) return null;
  return (
    <Card wide aria-labelledby="rules">
      <h2 id="rules">{t`If you cancel`}</h2>
      <table className={css.rules}>
        <thead>
          <tr>
            <th scope="col">{t`When`}</th>
            <th scope="col">{t`It costs`}</th>
          </tr>
        </thead>
        <tbody>
          {rulesFor(terms, total, first.departure_ts).map(({ when, cost }) => (
            <tr key={when}>
              <td>{when}</td>
              <td>{cost}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={css.note}>{t`If the airline cancels or moves a flight, all of it is refunded.`}</p>
    </Card>
  );
}
