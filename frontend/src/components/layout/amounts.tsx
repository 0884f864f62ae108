import css from './amounts.module.css';

interface Amount {
  label: string;
  amount: string;
}

/** Amounts of money, one below the other, and their total. */
export function Amounts({ lines, total }: { lines: Amount[]; total: Amount | null }) {
  return (
    <dl className={css.amounts}>
      {lines.map(({ label, amount }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{amount}</dd>
        </div>
      ))}
      {total && (
        <div className={css.total}>
          <dt>{total.label}</dt>
          <dd>{total.amount}</dd>
        </div>
      )}
    </dl>
  );
}
